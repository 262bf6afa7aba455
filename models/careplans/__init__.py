"""Care plans: what one disease asks for in one person. It knows no disease, no gene and no medicine by name: these are data."""
