// versions.jsx - who wrote and published what, what changed, and the way back.
import { useEffect, useState } from 'react';

import { difference } from './difference.js';

export default function Versions({ server, state, onLoad, onState, onNote, onClose }) {
	const [list, setList] = useState(null);
	const [diff, setDiff] = useState(null);
	useEffect(() => { server.versions().then((a) => setList(a.versions ?? [])); }, [server, state]);

	const compare = async (n) => {
		const [then, now] = await Promise.all([server.version(n), server.version(state.version)]);
		if (then.document && now.document)
			setDiff({ n, rows: difference(then.document, now.document) });
	};
	const back = async (n) => {
		const answer = await server.publish(n);
		onNote(answer.error ? { bad: true, text: answer.error } : { text: `Version ${n} is live again.` });
		if (answer.state)
			onState(answer.state);
	};
	return <section className="flow-panel" aria-label="Versions">
		<header><h2>Versions</h2><button type="button" className="btn quiet icon" aria-label="Close" onClick={onClose}>×</button></header>
		{list === null ? <p className="help">Loading…</p> : <ol className="versions">{list.map((v) => <li key={v.version}>
			<p><strong>Version {v.version}</strong>{v.version === state.published && <span className="chip good">live</span>}{v.version === state.version && <span className="chip">draft</span>}</p>
			<p className="help">{v.created}{v.by ? `, ${v.by}` : ''}{v.published ? ` · published ${v.published}` : ''}</p>
			<p className="version-tools">
				<button type="button" className="btn quiet" onClick={() => compare(v.version)} disabled={v.version === state.version}>What changed since</button>
				<button type="button" className="btn quiet" onClick={async () => { const a = await server.version(v.version); if (a.document) onLoad(a.document); }}>Open as draft</button>
				<button type="button" className="btn quiet" onClick={() => back(v.version)} disabled={v.version === state.published}>Publish this one</button>
			</p>
		</li>)}</ol>}
		{diff && <div className="diff"><h3>Since version {diff.n}</h3>{diff.rows.length === 0 ? <p className="help">Nothing but places on the canvas.</p> : <dl>{diff.rows.map(([name, what], i) => <div key={i}><dt>{name}</dt><dd>{what}</dd></div>)}</dl>}</div>}
	</section>;
}
