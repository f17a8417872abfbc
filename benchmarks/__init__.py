"""How fast hpedi is and how much memory it takes, side by side with pyx12 and with plain Python floors."""
