/*
 * bulk.js - the bar under the log: how many calls are picked. It is there only
 * while one is; without scripts it is always there.
 */
export function bulk() {
	const form = document.querySelector("[data-bulk]");
	const bar = form?.querySelector("[data-bulk-bar]");

	if (!bar)
		return;
	const count = bar.querySelector("[data-bulk-count]");
	const say = () => {
		const n = form.querySelectorAll("input[name=call]:checked").length;

		bar.classList.toggle("on", n > 0);
		count.textContent = n === 1 ? "1 call picked" : `${n} calls picked`;
	};

	form.addEventListener("change", say);
	say();
}
