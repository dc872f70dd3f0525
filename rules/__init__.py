"""Pure arithmetic: values in, values out. Nothing here touches the world."""
