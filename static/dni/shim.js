// shim.js - for pages written for other vendors' tags: the calls such pages
// make, answered by ringtrace. Loaded only where data-shim says so.
export default function () {
	const w = window;

	function swap(el) {
		w.ringtrace.swap(el && el.jquery ? el[0] : el);
	}

	// numbers: one or several as they stand on the page. Gives what is known
	// now, and tells again when the numbers are there.
	function getSwapNumbers(numbers, tell) {
		const list = [].concat(numbers);
		function map() {
			const out = {};
			for (let i = 0; i < list.length; i++) {
				const now = w.ringtrace.text(String(list[i]));
				if (now !== String(list[i])) out[list[i]] = now;
			}
			return out;
		}
		if (tell) w.ringtrace.numbers(function () { tell(map()); });
		return map();
	}

	function captureForm(form) {
		w.ringtrace.event('form', typeof form === 'string' ? w.document.querySelector(form) : form && form.jquery ? form[0] : form);
	}

	w.CallTrk = { swap: swap, getSwapNumbers: getSwapNumbers, captureForm: captureForm };
	w.CallTrkSwap = swap;
	w.__ctm = w.__ctm || {};
	w.__ctm.main = { runNow: swap };
	return () => {};
}
