// flow.jsx - begins the flow builder on the page that holds its data.
import { createRoot } from 'react-dom/client';

import App from './flow/app.jsx';

const root = document.getElementById('flow-builder');
const page = JSON.parse(document.getElementById('flow-data').textContent);

// Types come as a list, in the server's order.
page.types = Object.fromEntries(page.types.map((t) => [t.name, t]));
root.replaceChildren();
createRoot(root).render(<App page={page}/>);
