// server.js - what the builder asks the server. Every answer is an object:
// {error: words} when it did not work.

const AWAY = 'The server cannot do this right now. Nothing here is lost; try again in a moment.';
const WHY = {
	400: 'The server cannot read this: a text may have signs in it that cannot be kept.',
	403: 'You may look at this flow, but not change it.',
	404: 'This flow is not there any more. Export what you have here to keep it.',
	413: 'This flow is too large.',
};

export class Server {
	constructor(page) {
		this.url = page.flow.url;
		this.csrf = page.csrf;
	}

	/** The token belongs to the sign-in: whoever signed in again has another,
	 *  which stands in the page. True: it is another one than before. */
	async renew() {
		const res = await fetch(this.url, { headers: { accept: 'text/html' } }).catch(() => null);
		const html = res?.ok ? await res.text().catch(() => '') : '';
		const data = new DOMParser().parseFromString(html, 'text/html').getElementById('flow-data');
		const before = this.csrf;
		if (data)
			this.csrf = JSON.parse(data.textContent).csrf;
		return this.csrf !== before;
	}

	async ask(path, body, again = false) {
		let res;
		try {
			res = await fetch(`${this.url}/${path}`, body === undefined ? { headers: { accept: 'application/json' } } : {
				method: 'POST',
				headers: { 'content-type': 'application/json', 'x-csrf-token': this.csrf, accept: 'application/json' },
				body: JSON.stringify(body),
			});
		} catch {
			return { error: 'The server cannot be reached. Nothing was saved; try again in a moment.' };
		}
		const answer = await res.json().catch(() => null);
		if (res.ok && answer !== null)
			return answer;
		if (res.status === 403 && body !== undefined && !again && await this.renew())
			return this.ask(path, body, true);
		if (res.status === 401)
			return { error: 'You are not signed in any more. Sign in in another tab, then try again here.' };
		return { ...answer, error: answer?.detail ?? WHY[res.status] ?? (res.status >= 500 ? AWAY : `The server answered ${res.status}.`) };
	}

	check(document) {
		return this.ask('check', { document });
	}

	/** Things of a kind ("destinations") that have the text in their name. */
	things(kind, text) {
		return this.ask(`things?${new URLSearchParams({ kind, text })}`);
	}

	save(document, base) {
		return this.ask('save', { document, base });
	}

	publish(version) {
		return this.ask('publish', { version });
	}

	try(document, one) {
		return this.ask('try', { document, case: one });
	}

	cases() {
		return this.ask('cases');
	}

	keep(cases, block) {
		return this.ask('cases', { cases, block });
	}

	versions() {
		return this.ask('versions');
	}

	version(n) {
		return this.ask(`versions/${n}`);
	}
}
