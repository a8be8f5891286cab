"""Login pages: a WeChat user is linked to a home in the browser, by the household's code."""
