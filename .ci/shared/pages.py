"""What stands in the templates for pages in a web-view alone."""


def without_pages(headers):
    """The headers of a gateway response where no page may read it."""
    return {name: value for name, value in headers.items() if not name.startswith("Access-Control-")}
