/* colour.js - a colour of the theme that shows, for what draws by itself. */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
