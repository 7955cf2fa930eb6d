/*
 * bulk.js - the bar under a log: how many rows are picked. It is there only
 * while one is; without scripts it is always there.
 */
export function bulk() {
	const form = document.querySelector("[data-bulk]");
	const bar = form?.querySelector("[data-bulk-bar]");

	if (!bar)
		return;
	const one = bar.dataset.bulkBar;
	const many = bar.dataset.bulkMany;
	const count = bar.querySelector("[data-bulk-count]");
	const say = () => {
		const n = form.querySelectorAll(`input[name=${one}]:checked`).length;

		bar.classList.toggle("on", n > 0);
		count.textContent = n === 1 ? `1 ${one} picked` : `${n} ${many} picked`;
	};

	form.addEventListener("change", say);
	say();
}
