-- A log's search reads all callers of a period, newest first, until its page is
-- full: their numbers and names lie beside the time now, so that the calls
-- themselves need not be read. It does all that the key on time alone did.
ALTER TABLE phone_call ADD KEY
	phone_call_search (company_id, started_at, id, caller_e164, caller_name);
ALTER TABLE phone_call DROP KEY phone_call_started;
