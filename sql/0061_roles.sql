-- Six roles instead of four. Nobody gains a right by it: who read still only
-- reads, who marked calls is an agent.
UPDATE membership SET role = 'read-only' WHERE role = 'viewer';
UPDATE membership SET role = 'agent' WHERE role = 'editor';
