// plain.js - lists as JSON has them: some old libraries give every list a way of
// its own to be written (Prototype's Array.prototype.toJSON).
export default function plain(list) {
	return Object.defineProperty(list, 'toJSON', {});
}
