"""One file a page. Files that begin with _ are what pages share; Dash does not register them."""
