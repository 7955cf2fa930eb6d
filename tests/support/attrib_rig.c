#include "tests/support/attrib_rig.h"

#define MEM_BYTES ((size_t)8 << 20)

struct attrib_rig rig;

int attrib_rig_start(void **state)
{
	(void)state;
	rig.t = testdb_start();
	rig.dni = testdb_connect(rig.t, "dni");
	rig.store = testdb_connect(rig.t, "store");
	rig.jobd = testdb_connect(rig.t, "jobd");
	arena_init(&rig.mem, MEM_BYTES);
	return 0;
}

int attrib_rig_stop(void **state)
{
	(void)state;
	arena_fini(&rig.mem);
	db_close(rig.jobd);
	db_close(rig.store);
	db_close(rig.dni);
	testdb_stop(rig.t);
	return 0;
}

struct company_id attrib_rig_ours(void)
{
	return rig.t->company[0].id;
}

struct company_id attrib_rig_theirs(void)
{
	return rig.t->company[1].id;
}

int64_t attrib_rig_reads(void)
{
	return testdb_count(rig.t,
	    "SELECT CAST(SUM(VARIABLE_VALUE) AS SIGNED) FROM"
	    " information_schema.SESSION_STATUS WHERE VARIABLE_NAME IN"
	    " ('HANDLER_READ_KEY', 'HANDLER_READ_NEXT', 'HANDLER_READ_PREV')");
}
