// gallery_far.mjs - more pages of the gallery (gallery.mjs has what a row is):
// countries beyond those whose numbers the product has, as their people write
// theirs, and numbers that are shown with another area code: what is left of the
// old one is seen then.

const num = (e164, national, international) => [e164, national, international];

/** As of gallery.mjs' list, the forms as the lease server writes them. */
export const farSites = {
	FAR: [num('+14155550199', '(415) 555-0199', '+1 415-555-0199'), num('+16282347003', '(628) 234-7003', '+1 628-234-7003')],
	ABROAD: [num('+14155550199', '(415) 555-0199', '+1 415-555-0199'), num('+442079460977', '020 7946 0977', '+44 20 7946 0977')],
	DIRECT: [num('+4989123450', '089 123450', '+49 89 123450'), num('+4989123459', '089 123459', '+49 89 123459')],
	MOBILE: [num('+33639981234', '06 39 98 12 34', '+33 6 39 98 12 34'), num('+33970125678', '09 70 12 56 78', '+33 9 70 12 56 78')],
	SHORT: [num('+611300975707', '1300 975 707', '+61 1300 975 707'), num('+611300975999', '1300 975 999', '+61 1300 975 999')],
	PUNE: [num('+919876543210', '098765 43210', '+91 98765 43210'), num('+918012345678', '080123 45678', '+91 80123 45678')],
	NINE: [num('+5511961234567', '(11) 96123-4567', '+55 11 96123-4567'), num('+5511987654321', '(11) 98765-4321', '+55 11 98765-4321')],
	IT: [num('+390612345678', '06 1234 5678', '+39 06 1234 5678'), num('+390698765432', '06 9876 5432', '+39 06 9876 5432')],
	ES: [num('+34912345678', '912 34 56 78', '+34 912 34 56 78'), num('+34931234567', '931 23 45 67', '+34 931 23 45 67')],
	JP: [num('+81335501234', '03-3550-1234', '+81 3-3550-1234'), num('+81352345678', '03-5234-5678', '+81 3-5234-5678')],
	KR: [num('+8227654321', '02-765-4321', '+82 2-765-4321'), num('+8225550000', '02-555-0000', '+82 2-555-0000')],
	CN: [num('+861058881234', '010 5888 1234', '+86 10 5888 1234'), num('+861058889999', '010 5888 9999', '+86 10 5888 9999')],
	IL: [num('+97231234567', '03-123-4567', '+972 3-123-4567'), num('+97239876543', '03-987-6543', '+972 3-987-6543')],
	SA: [num('+966112345678', '011 234 5678', '+966 11 234 5678'), num('+966118765432', '011 876 5432', '+966 11 876 5432')],
	RU: [num('+74951234567', '8 (495) 123-45-67', '+7 495 123-45-67'), num('+74957654321', '8 (495) 765-43-21', '+7 495 765-43-21')],
	HU: [num('+3612345678', '(06 1) 234 5678', '+36 1 234 5678'), num('+3618765432', '(06 1) 876 5432', '+36 1 876 5432')],
};

const swaps = (...pairs) => `<p>${pairs.map(([a, b]) => `[[${a}=>${b}]]`).join(', ')}</p>`;
const old = '(415) 555-0199', now = '(628) 234-7003', swap = `[[${old}=>${now}]]`;
const drawn = (page) => page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))));
/** Once the number stands on the page that has the tag. */
const shown = (page, there = '#root') => page.waitForFunction(([n, there]) =>
	document.querySelector(there)?.textContent && (!window.ringtrace?.version || document.querySelector(there).textContent.includes(n)), [now, there]);

const countries = [
	{
		name: 'Germany: a central number, and the direct lines behind it', site: 'DIRECT',
		body: `${swaps(['089 / 123 45 - 0', '089 / 123 45 - 9'], ['0 89 / 1 23 45 - 0', '0 89 / 1 23 45 - 9'], ['+49 (0) 89 / 123 45 - 0', '+49 (0) 89 / 123 45 - 9'], ['+49.89.12345.0', '+49.89.12345.9'])}
			<p>Fax: 089 / 123 45 - 10, 089/12345-11, 089 12345-012, HRB 12345 0, IBAN DE89 1234 5000 0000, 12.34.50</p>`,
	},
	{
		name: 'France: a mobile, in pairs', site: 'MOBILE',
		body: `${swaps(['06 39 98 12 34', '09 70 12 56 78'], ['06.39.98.12.34', '09.70.12.56.78'], ['06/39/98/12/34', '09/70/12/56/78'], ['(+33) 6 39 98 12 34', '(+33) 9 70 12 56 78'], ['+33 (0) 6 39 98 12 34', '+33 (0) 9 70 12 56 78'], ['0033 (0)6 39 98 12 34', '0033 (0)9 70 12 56 78'], ['+336 39 98 12 34', '+339 70 12 56 78'])}
			<p>SIRET 639 981 234 00012, 06 39 98 12 35, le 06/39/98</p>`,
	},
	{
		name: 'Australia: thirteen hundred', site: 'SHORT',
		body: `${swaps(['1300 975 707', '1300 975 999'], ['1 300 975 707', '1 300 975 999'], ['13 00 97 57 07', '13 00 97 59 99'])}<a href="[[tel:1300975707=>tel:1300975999]]">x</a><p>ABN 51 300 975 707, ACN 300 975 707</p>`,
	},
	{
		name: 'India: mobiles, five and five', site: 'PUNE',
		body: `${swaps(['98765 43210', '80123 45678'], ['+91-98765-43210', '+91-80123-45678'], ['0 98765 43210', '0 80123 45678'], ['91 9876543210', '91 8012345678'], ['+91- 98765 43210', '+91- 80123 45678'], ['Mob:9876543210', 'Mob:8012345678'], ['9876543210/9876543211', '8012345678/9876543211'])}
			<p>Aadhaar 9876 5432 1012, A/c 98765432101</p><a href="[[whatsapp://send?phone=+919876543210=>whatsapp://send?phone=+918012345678]]">x</a>`,
	},
	{
		name: 'Brazil: mobiles with a nine', site: 'NINE',
		body: `${swaps(['11 9 6123-4567', '11 9 8765-4321'], ['(11) 9.6123-4567', '(11) 9.8765-4321'], ['(011) 96123-4567', '(011) 98765-4321'], ['55 11 96123-4567', '55 11 98765-4321'], ['11 | 96123-4567', '11 | 98765-4321'])}<p>(12) 96123-4567</p>`,
	},
	{
		name: 'Italy: the zero belongs to the number', site: 'IT',
		body: `${swaps(['06 12345678', '06 98765432'], ['06/12345678', '06/98765432'], ['+39 (06) 12 34 56 78', '+39 (06) 98 76 54 32'], ['0039 06 12345678', '0039 06 98765432'], ['tel.06.12.34.56.78', 'tel.06.98.76.54.32'])}<p>P.IVA 06123456789</p>`,
	},
	{
		name: 'Spain: threes and pairs', site: 'ES',
		body: swaps(['912 345 678', '931 234 567'], ['91 234 56 78', '93 123 45 67'], ['(+34) 912 345 678', '(+34) 931 234 567'], ['91-234-56-78', '93-123-45-67'], ['912345678', '931234567']),
	},
	{
		name: 'Japan, also with strokes and dots typed for dashes', site: 'JP',
		body: `${swaps(['03-3550-1234', '03-5234-5678'], ['03(3550)1234', '03(5234)5678'], ['０３（３５５０）１２３４', '０３（５２３４）５６７８'], ['03ー3550ー1234', '03ー5234ー5678'], ['０３ー３５５０ー１２３４', '０３ー５２３４ー５６７８'], ['03・3550・1234', '03・5234・5678'], ['03─3550─1234', '03─5234─5678'], ['+81 (0)3-3550-1234', '+81 (0)3-5234-5678'])}
			<p>電話[[0335501234=>0352345678]]まで</p><a title="[[03ー3550ー1234=>03ー5234ー5678]]">FAX 03ー3550ー1235</a>`,
	},
	{
		name: 'Korea', site: 'KR',
		body: swaps(['02-765-4321', '02-555-0000'], ['02)765-4321', '02)555-0000'], ['+82-2-765-4321', '+82-2-555-0000'], ['전화 02-765-4321로', '전화 02-555-0000로']),
	},
	{
		name: 'China', site: 'CN',
		body: swaps(['010-5888 1234', '010-5888 9999'], ['（010）5888-1234', '（010）5888-9999'], ['86-10-58881234', '86-10-58889999'], ['010—58881234转8001', '010—58889999转8001'], ['＋８６－１０－５８８８１２３４', '＋８６－１０－５８８８９９９９']),
	},
	{
		name: 'Israel, right to left', site: 'IL',
		body: `<div dir="rtl">${swaps(['\u202a03-1234567\u202c', '\u202a03-9876543\u202c'], ['ב-03-1234567', 'ב-03-9876543'], ['03־1234567', '03־9876543'], ['972-3-1234567', '972-3-9876543'])}<p>פקס 03-1234568</p></div>`,
	},
	{
		name: 'Saudi Arabia, in Arabic digits and those of Iran', site: 'SA',
		body: `<div dir="rtl">${swaps(['011 234 5678', '011 876 5432'], ['هاتف0112345678', 'هاتف0118765432'], ['٠١١ ٢٣٤ ٥٦٧٨', '٠١١ ٨٧٦ ٥٤٣٢'], ['+٩٦٦ ١١ ٢٣٤ ٥٦٧٨', '+٩٦٦ ١١ ٨٧٦ ٥٤٣٢'], ['۰۱۱-۲۳۴-۵۶۷۸', '۰۱۱-۸۷۶-۵۴۳۲'])}
			<p>فاكس ٠١١ ٢٣٤ ٥٦٧٩، ٠١١٢٣٤٥٦٧٨٩، ٩٠١١٢٣٤٥٦٧٨ #٠١١٢٣٤٥٦٧٨ id=۰۱۱۲۳۴۵۶۷۸ ٠١١٢٣٤٥٦٧٨kg</p><i title="[[٠١١ ٢٣٤ ٥٦٧٨=>٠١١ ٨٧٦ ٥٤٣٢]]">x</i></div>`,
	},
	{
		name: 'Urdu: signs and letters beside its digits in the table are none', site: 'US', head: '<meta charset="utf-8">',
		body: `<p dir="rtl">[[415-555-0199=>415-555-7003]]۔ پ[[415-555-0199=>415-555-7003]]ی ٪[[415-555-0199=>415-555-7003]]٬ ۔[[4155550199=>4155557003]]۔ 415-555-0199۹</p>`,
	},
	{
		name: 'Russia: an eight at home', site: 'RU',
		body: `${swaps(['8 (495) 123-45-67', '8 (495) 765-43-21'], ['8-495-123-45-67', '8-495-765-43-21'], ['84951234567', '84957654321'], ['7 (495) 123 45 67', '7 (495) 765 43 21'], ['тел.8(495)123-45-67', 'тел.8(495)765-43-21'])}<a href="[[tel:84951234567=>tel:84957654321]]">x</a>`,
	},
	{
		name: 'Hungary: a prefix of two digits', site: 'HU',
		body: swaps(['06 1 234 5678', '06 1 876 5432'], ['(06-1) 234-5678', '(06-1) 876-5432'], ['06-1/234-5678', '06-1/876-5432'], ['+36 (1) 234 56 78', '+36 (1) 876 54 32']),
	},
];

const houses = [
	{
		name: 'another area code: every form and piece', site: 'FAR', found: 20,
		body: `${swaps([old, now], ['001 415 555 0199', '001 628 234 7003'], ['011 1 415 555 0199', '011 1 628 234 7003'], ['+1(415)5550199', '+1(628)2347003'], ['415 • 555 • 0199', '628 • 234 • 7003'], ['415⋅555⋅0199', '628⋅234⋅7003'], ['415 ∙ 555 ∙ 0199', '628 ∙ 234 ∙ 7003'], ['415 ● 555 ● 0199', '628 ● 234 ● 7003'])}
			${swaps(['📞415-555-0199📱', '📞628-234-7003📱'], ['☎️4155550199', '☎️6282347003'], ['Open 9-5 415-555-0199', 'Open 9-5 628-234-7003'], ['CA 94110 (415) 555-0199', 'CA 94110 (628) 234-7003'], ['2) 415-555-0199', '2) 628-234-7003'], ['🇺🇸+1 415 555 0199', '🇺🇸+1 628 234 7003'])}
			<p>${[...'4155550199'].map((c, i) => `<span>[[${c}=>${'6282347003'[i]}]]</span>`).join('')}</p><p>[[415=>628]]<span>&nbsp;</span>[[555=>234]]<i></i>[[0199=>7003]]</p>
			<a href="[[smsto:+14155550199?body=415-555-0199=>smsto:+16282347003?body=415-555-0199]]">a</a><a href="[[tel:\u200e+14155550199=>tel:\u200e+16282347003]]">b</a><a href="[[tel:001-415-555-0199=>tel:001-628-234-7003]]">c</a>
			<a href="[[https://api.whatsapp.com/send/?phone=14155550199&amp;text=Hi=>https://api.whatsapp.com/send/?phone=16282347003&amp;text=Hi]]">d</a><a href="smstobe:4155550199">e</a>`,
	},
	{
		name: 'shown in another country', site: 'ABROAD', found: 5,
		body: `${swaps([old, '020 7946 0977'], ['+1 415 555 0199', '+44 20 7946 0977'])}<a href="[[tel:4155550199=>tel:+442079460977]]">x</a><a href="[[tel:+14155550199=>tel:+442079460977]]">x</a><p><b>[[415=>020 7946 0977]]</b>[[-555-0199=>]]</p>`,
	},
	{
		name: 'the names of sites and of firms that are a number', site: 'FREE',
		body: `<p>1800flowers.com, info@1800flowers.com, 1-800-FLOWERS.COM, Inc., www.1800flowers.net, 18003569377.com</p>
			<p>Call [[1-800-FLOWERS=>+1 833-555-0123]]. Or [[1-800-FLOWERS=>+1 833-555-0123]].</p><a href="https://www.1800flowers.com">[[1-800-FLOWERS=>+1 833-555-0123]]</a>`,
	},
	{
		name: 'React: half of a number changes, and comes back', site: 'FAR', head: '<script src="/lib/react.js"></script>', found: 0,
		body: `<div id="root"></div><script>
			var h = React.createElement;
			function App() {
				var s = React.useState('555-0199');
				window.set = s[1];
				return h('div', null, h('p', null, 'Call ', '(415) ', s[0]), h('p', null, h('b', null, '(415) '), h('i', null, s[0])), h('p', { key: s[0] }, '${swap}'));
			}
			ReactDOM.createRoot(document.getElementById('root')).render(h(App));
		</script>`,
		act: async (page) => {
			await shown(page);
			for (const rest of ['555-0100', '555-0199', '555-0101']) {
				await page.evaluate((rest) => window.set(rest), rest);
				await drawn(page);
			}
		},
	},
	{
		name: 'Vue: a list of offices, in pieces, is sorted anew', site: 'FAR', head: '<script src="/lib/vue.js"></script>', found: 0,
		body: `<div id="root"><p v-for="o in list"><b>{{ o.area }}</b> <i>{{ o.rest }}</i></p></div><script>
			window.app = Vue.createApp({ data: function () { return { list: [{ area: '[[(415)=>(628)]]', rest: '[[555-0199=>234-7003]]' }, { area: '(408)', rest: '555-0142' }, { area: '(415)', rest: '555-0100' }] }; } }).mount('#root');
		</script>`,
		act: async (page) => {
			await shown(page);
			for (let i = 0; i < 4; i++) {
				await page.evaluate(() => { window.app.list.unshift(window.app.list.pop()); });
				await drawn(page);
			}
		},
	},
	{
		// The script says no character set of its own, and so has the page's.
		name: 'a page in a character set of before', site: 'FAR', type: 'text/html; charset=windows-1252',
		body: `<p>${swap}, [[&#xff14;&#xff11;&#xff15;&#xff0d;555-0199=>&#xff16;&#xff12;&#xff18;&#xff0d;234-7003]]</p><p>&euro;4155550199, &pound;4155550199, &#8377;4155550199</p>`,
	},
	{
		name: 'shadow roots attached late, in a frame', site: 'FAR',
		body: `<p>${swap}</p><iframe id="f" srcdoc="<div id='h'></div>"></iframe>`,
		act: async (page) => {
			await shown(page, 'p');
			await page.evaluate(([n]) => {
				const h = document.getElementById('f').contentDocument.getElementById('h').attachShadow({ mode: 'open' });
				h.innerHTML = `<p>${n}</p>`;
			}, [swap]);
			await drawn(page);
		},
	},
];

export const far = [...countries, ...houses];
