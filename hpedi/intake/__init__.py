"""How bytes arrive: files are kept, encrypted and whole, before anything reads them."""
