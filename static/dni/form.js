// form.js - what a visitor wrote into a form of the site, to be told with its
// submission. t.js fetches it when somebody begins to fill one in.
//
// Only forms that somebody is to answer: with an e-mail, a telephone or a long
// text field, or two texts. A form with a password or with fields of a payment
// card is left alone whole, as is one below data-no-capture (data-cr-no-capture,
// data-calltrk-noswap pages know); a field with it is left out. The server
// looks again (lib/core/formrule).
import plain from './plain.js';

const OUT = '[data-no-capture],[data-cr-no-capture],[data-noform]';
// In a field's name, lower case and without all but letters and digits.
const NAMED = new RegExp('passw|passphr|passcode|pwd|cardn(um|o(?!te))|card(hold|exp|code|sec)|creditcard$|cc(n(um|o(?!te))|exp|csc|type)|cvc|cvv'
	+ '|accountn(um|o(?!te))|routing|socialsec|securitycode|kennwort|contrase|motdepass|wachtwoord|l[oö]senord|adgangskode|salasana|hasło|lozinka|jelsz|geheimzahl'
	+ '|kreditkart|kartennum|pr(u|ü|ue)fziff|n[uú]mero(de)?(la)?(tarjeta|cart)|cartebancaire|cartadicredito|cart[aã]odecr[eé]dito|cryptogramme');
// In words beside it, from the beginning of one.
const SAID = new RegExp('(^|[^\\p{L}])(pass(word|wor|phrase|code)|card (number|no\\b)|(number|name) on (your )?card|cvv|cvc|card code|security code|iban|routing num|social security'
	+ '|kennwort|contraseña|mot de passe|senha|wachtwoord|lösenord|adgangskode|salasana|hasło|heslo|lozinka|jelszó|kartennummer|prüfziffer|número de (la )?tarjeta|numéro de carte'
	+ '|numero (di|della) carta|número do cartão|kaartnummer|kortnummer)', 'iu');
// In either, without blanks and ASCII but commas (lib/core/formrule has them, too).
const WIDE = new RegExp('парол|лозинка|номер(на|банковской|кредитной)?карт|держателькарты|кодбезопасности|номерсч[её]та|снилс'
	+ '|密[码碼]|口令|卡[号號]|安全[码碼]|[银銀]行[账帐帳賬][号號]|身[份分][证證][号號字]|パスワード|暗証番号|カード(番号|名義)|口座番号|セキュリティー?コード|マイナンバー'
	+ '|비밀번호|패스워드|카드번호|보안코드|계좌번호|주민(등록)?번호|كلمة(ال)?(مرور|سر)|الرقمالسري|رقم(ال)?بطاقة|رمزال[أا]مان|رقمالحساب|رمزعبور|گذرواژه|شمارهکارت'
	+ '|סיסמ[הא]|מספרה?כרטיס|קודאבטחה|מספרחשבון|κωδικ[όο][ςσ](πρ[όο]σβαση|ασφαλε[ίι]α)|συνθηματικ|αριθμ[όο][ςσ](τη[ςσ])?κ[άα]ρτα'
	+ '|पासवर्ड|कार्ड(नंबर|नम्बर|संख्या)|सुरक्षाकोड|खातासंख्या|รหัส(ผ่าน|ความปลอดภัย)|เลข(ที่)?(บัตร|บัญชี)');
const wide = (s) => WIDE.test(s.toLowerCase().replace(/[\x00-+\--\x7f\s\u200c]/g, ''));
// At the beginning of a word: not those of "business name" and "Hawaii bank".
const SHORT = /(^|[^a-zA-Z])([sS][sS][nN]|[iI][bB][aA][nN])|[a-z](S[sS][nN]|I[bB][aA][nN])/;
// Cards that pay nothing.
const OTHER = /(insurance|medicare|health|identity|\bid|member|membership|loyalty|bonus|rewards?|gift|library|business)[^a-z]?card/i;
// Digits of a card, as they may stand amid words.
const AMID = /(^|[^\d+])([2-6]\d{3}(?:[\s.\-_/]{0,2}\d){9,15})(?!\d)/g;
// Characters; even of three bytes each, a whole form is less than a browser's
// beacon may be (64 kB). What is cut ends in the mark.
const FIELDS = 40, VALUE = 4000, TOTAL = 16000, MARK = '…', LABEL = 80;

// A payment card's number: 13 to 19 digits with the right check digit.
function isCard(s) {
	const d = s.normalize('NFKC').replace(/[\s.\-_/–—·]/g, '');
	let sum = 0;
	if (!/^\d{13,19}$/.test(d)) return false;
	for (let i = 0; i < d.length; i++) {
		const n = +d.charAt(d.length - 1 - i) * (i % 2 + 1);
		sum += n > 9 ? n - 9 : n;
	}
	return sum % 10 === 0;
}
const masked = (s) => s.replace(AMID, (all, before, n) => before + (isCard(n) ? n.replace(/\d(?=(\D*\d){4})/g, '*') : n));

// A field may be named like a member of its form (<input name="id">), and is
// then what form.id gives: all that is asked of a form itself goes round that.
const attribute = (el, name) => Element.prototype.getAttribute.call(el, name) || '';
const outside = (el) => Element.prototype.closest.call(el, OUT);
const elements = (form) => Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, 'elements').get.call(form);

// Fields that had a password once: a click shows what is in them.
const shown = new WeakSet();
const note = (root) => root.querySelectorAll('[type=password]').forEach((el) => shown.add(el));

// Of a password or a payment card, by what it is, is called, or says beside it:
// the forms of builders have names like input_7.
function isSecret(f, name) {
	const fill = attribute(f, 'autocomplete'), hint = attribute(f, 'placeholder');
	const said = [hint, attribute(f, 'aria-label'), ...[...f.labels || []].map((el) => el.textContent)];
	return [f.type, attribute(f, 'type')].includes('password') || shown.has(f) || f.shadowRoot?.querySelector('[type=password]')
		|| (getComputedStyle(f).webkitTextSecurity || 'none') !== 'none'
		|| /\bcc-|password/.test(fill) || /(\d{4}\W?){4}/.test(hint)
		|| [name, f.id + ''].some((s) => SHORT.test(s) || !OTHER.test(s) && NAMED.test(s.toLowerCase().replace(/[^\p{L}\d]/gu, '')) || wide(s))
		|| said.some((s) => s.length < LABEL && !OTHER.test(s) && (SHORT.test(s) || SAID.test(s.replace(/\s+/g, ' ')) || wide(s)));
}

// { form, fields: [[name, value], …] }, or undefined when it is none of ours.
function answers(form) {
	const fields = [];
	let rank = 0, left = TOTAL, split = '';
	if (outside(form) || attribute(form, 'role') === 'search') return;
	for (const f of elements(form)) {
		const type = f.type, name = f.name || f.id || '';
		let value = String(f.value || '');
		if (isSecret(f, name) || isCard(value)) return;
		// A card's number in a field for each group of its digits.
		if (value && type !== 'hidden') split = /^\d{4,6}$/.test(value) ? split + ' ' + value : '';
		if (isCard((/( \d{4}){4}$| \d{4} \d{6} \d{4,5}$/.exec(split) || [''])[0])) return;
		if (!name || !value || f.disabled || outside(f) || /one-time/.test(attribute(f, 'autocomplete')) || /^(hidden|file|submit|button|reset|image|fieldset|search)$/.test(type)) continue;
		if (/^(checkbox|radio)$/.test(type) && !f.checked) continue;
		rank += type === 'email' || type === 'tel' || f.nodeName === 'TEXTAREA' ? 2 : type === 'text' ? 1 : 0;
		value = masked(value);
		const max = Math.min(VALUE, left - name.length);
		if (value.length > max) value = value.slice(0, Math.max(max - 1, 0)) + MARK;
		left -= name.length + value.length;
		if (fields.length < FIELDS && left > 0) fields.push([name.slice(0, 100), value]);
	}
	return rank < 2 ? undefined : { form: (attribute(form, 'name') || attribute(form, 'id')).slice(0, 100), fields };
}

export default function (tag) {
	const told = new WeakMap();

	// Comes whenever somebody goes to a field, too, without a form. Sent twice by an
	// impatient finger, it is told once.
	return (form) => {
		tag.page.roots.forEach(note);
		if (!form || !(tag.ids.visit || tag.boss) || tag.attr('forms') === 'no' || told.get(form) > Date.now() - 2000) return;
		const f = form.nodeName ? answers(form) : undefined;
		if (!f) return;
		told.set(form, Date.now());
		[f.fields, ...f.fields].forEach(plain);
		tag.beacon('event', { kind: 'form', url: window.location.href.slice(0, 2048), ...f });
		tag.tell('form', { form: f.form });
	};
}
