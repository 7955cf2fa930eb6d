/*
 * pool.js - the slider of a pool's sizing form: it moves the number, and asks
 * again when it is let go. Without it the form does the same with a button.
 */
import { answers } from "./stay.js";

const number = document.querySelector("[data-size-number]");
const slide = document.querySelector("[data-size-slide]");

if (number && slide) {
	slide.addEventListener("input", () => {
		number.value = slide.value;
	});
	number.addEventListener("input", () => {
		slide.value = number.value;
	});
	answers(slide, number.form);
}
