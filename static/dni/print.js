// print.js - printed pages show the site's own number, where data-print says so.
export default function (tag) {
	const w = window;

	if (tag.attr('print') === 'own') {
		w.addEventListener('beforeprint', w.ringtrace.restore);
		w.addEventListener('afterprint', () => w.ringtrace.swap());
	}
	return () => {};
}
