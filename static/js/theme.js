/*
 * theme.js - runs before the first paint: the chosen theme, and the mark that
 * scripts work (html.js), so that nothing moves when the rest arrives.
 */
(() => {
	const root = document.documentElement;

	root.classList.add("js");
	try {
		const theme = localStorage.getItem("theme");

		if (theme === "dark" || theme === "light")
			root.dataset.theme = theme;
	} catch {
		/* storage is forbidden: the system's theme stays */
	}
})();
