"""A model checker for TCP's connection management (RFC 9293)."""
