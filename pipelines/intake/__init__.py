"""From a provider's file to an accepted table."""
