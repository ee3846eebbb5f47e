"""The claims of the course notes beside the tab that shows them."""
