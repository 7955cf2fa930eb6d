// card.jsx - one step on the canvas: icon, name, a line of substance, and its
// labelled ways out.
import { Handle, Position, useUpdateNodeInternals } from '@xyflow/react';
import { memo, useEffect, useRef } from 'react';

import { branchLabel, itemLabel, summary, typeIcon, typeLabel } from './words.js';
import { exits } from './model.js';

export const Icon = ({ d }) => <svg className="i" viewBox="0 0 16 16" aria-hidden="true"><path d={d}/></svg>;

const exitLabel = (e) => (e.item ? itemLabel(e.item, e.list) : branchLabel(e.branch.name));

/** Where "otherwise" catches what has no way of its own, such ways only show
 *  when they lead somewhere; the form has them all. */
const shown = (e, type) => e.to !== null || e.item !== undefined || e.handle === 'otherwise' || !type.branches.some((b) => b.name === 'otherwise');

function Card({ id, data, selected }) {
	const { step, type, names, first, problems, walked, left } = data;
	const ways = exits(step, type).filter((e) => shown(e, type));
	const moved = useUpdateNodeInternals();
	const counted = useRef(ways.length);
	useEffect(() => {
		// Its handles have other places now. Those of a new card are looked up
		// by the canvas, for all such cards at once.
		if (counted.current !== ways.length)
			moved(id);
		counted.current = ways.length;
	}, [id, moved, ways.length]);
	const worst = problems.some((p) => p.error) ? 'error' : problems.length > 0 ? 'warning' : '';
	return <div className={`step-card${selected ? ' on' : ''}${worst ? ` has-${worst}` : ''}${walked ? ' walked' : ''}`} data-step={id} data-type={step.type}>
		<Handle type="target" position={Position.Left} id="in"/>
		<div className="step-head">
			<Icon d={typeIcon(step.type)}/>
			<span className="step-name">{step.title || typeLabel(step.type)}</span>
			{first && <span className="step-first">first</span>}
			{worst && <span className="step-mark" title={problems.map((p) => p.what).join('\n')}><span className="vh">{problems.length} problems</span>!</span>}
		</div>
		<div className="step-line">{step.title ? `${typeLabel(step.type)}: ` : ''}{summary(step, type, names)}</div>
		{ways.map((e) => <div key={e.handle} className={`step-exit${e.to ? '' : ' loose'}${left === e.handle ? ' walked' : ''}`}>
			<span>{exitLabel(e)}</span>
			<Handle type="source" position={Position.Right} id={e.handle}/>
		</div>)}
	</div>;
}

export default memo(Card);
