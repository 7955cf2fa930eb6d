/*
 * week.js - a week's hours: one day's spans for all the others. Without it a
 * check box says the same of Monday.
 */
export function week() {
	for (const button of document.querySelectorAll("[data-week-copy]"))
		button.addEventListener("click", () => {
			const from = [...button.closest(".week-day").querySelectorAll("input")];

			for (const day of button.closest("[data-week]").querySelectorAll(".week-day"))
				day.querySelectorAll("input").forEach((input, i) => (input.value = from[i].value));
		});
}
