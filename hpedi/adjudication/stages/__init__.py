"""The stages of deciding a claim, one module each, in the order that `adjudicate` lists."""
