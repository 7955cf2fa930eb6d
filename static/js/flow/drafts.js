// drafts.js - what somebody had not saved when the page went away, in this
// browser only. It is there again; where somebody else saved a newer version
// meanwhile (stale), it waits behind Redo.
import { push, readDocument } from './model.js';

const name = (page) => `flow-draft ${page.flow.id}`;

export function load(page, types) {
	try {
		const kept = JSON.parse(localStorage.getItem(name(page)));
		const { doc } = readDocument(JSON.stringify(kept.document), types);
		return doc ? { document: doc, stale: kept.base !== page.state.version } : null;
	} catch {
		return null; // storage is forbidden, or holds something else
	}
}

/** A history that begins with what was kept (load()), if anything was. */
export function begin(hist, kept) {
	if (!kept)
		return hist;
	return kept.stale ? { ...hist, future: [kept.document] } : push(hist, kept.document);
}

/** document null: everything is saved. */
export function keep(page, base, document) {
	try {
		if (document === null)
			localStorage.removeItem(name(page));
		else
			localStorage.setItem(name(page), JSON.stringify({ base, document }));
	} catch {
		// storage is forbidden or full: the page itself still asks on leaving
	}
}
