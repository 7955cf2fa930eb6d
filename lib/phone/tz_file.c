#include "lib/phone/tz_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "lib/base/file.h"
#include "lib/base/scan.h"
#include "lib/phone/tzif.h"

#define FOLDER        "/usr/share/zoneinfo"
#define PATH_BYTES    (sizeof(FOLDER "/") + TZ_FILE_NAME_MAX)
#define FOLDERS_MAX   64
#define FILES_MAX     2048
#define ALL_BYTES_MAX ((size_t)16 << 20)

/* What was a name before the files were the system's, and may stand in forms
 * that were saved then. */
static const struct {
	const char *old;
	const char *name;
} old_names[] = {
	{ "ACT", "Australia/Darwin" },
	{ "AET", "Australia/Sydney" },
	{ "AGT", "America/Argentina/Buenos_Aires" },
	{ "ART", "Africa/Cairo" },
	{ "AST", "America/Anchorage" },
	{ "BET", "America/Sao_Paulo" },
	{ "BST", "Asia/Dhaka" },
	{ "CAT", "Africa/Maputo" },
	{ "CNT", "America/St_Johns" },
	{ "CST", "America/Chicago" },
	{ "CTT", "Asia/Shanghai" },
	{ "Canada/East-Saskatchewan", "America/Regina" },
	{ "EAT", "Africa/Nairobi" },
	{ "ECT", "Europe/Paris" },
	{ "IET", "America/Indiana/Indianapolis" },
	{ "IST", "Asia/Kolkata" },
	{ "JST", "Asia/Tokyo" },
	{ "MIT", "Pacific/Apia" },
	{ "NET", "Asia/Yerevan" },
	{ "NST", "Pacific/Auckland" },
	{ "PLT", "Asia/Karachi" },
	{ "PNT", "America/Phoenix" },
	{ "PRT", "America/Puerto_Rico" },
	{ "PST", "America/Los_Angeles" },
	{ "SST", "Pacific/Guadalcanal" },
	{ "US/Pacific-New", "America/Los_Angeles" },
	{ "VST", "Asia/Ho_Chi_Minh" },
};

static struct slice today(struct slice name)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(old_names); i++)
		if (slice_eq_cstr(name, old_names[i].old))
			return slice_from(old_names[i].name);
	return name;
}

/* Letters, digits and few marks: no way out of the folder. Its own ways to tell
 * a zone (of the machine, with leap seconds) are none of a company's. */
static bool is_name(struct slice name)
{
	static const char *const others[] = { "localtime", "posixrules",
		"posix", "right" };

	if (name.n == 0 || name.n >= TZ_FILE_NAME_MAX || name.p[0] == '/')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		const char c = name.p[i];

		if (!scan_is_alnum(c) && c != '/' && c != '_' && c != '-' &&
		    c != '+')
			return false;
	}
	for (size_t i = 0; i < RT_ARRAY_LEN(others); i++) {
		const struct slice o = slice_from(others[i]);

		if (slice_starts(name, o) &&
		    (name.n == o.n || name.p[o.n] == '/'))
			return false;
	}
	return true;
}

static void path_of(struct slice name, char out[PATH_BYTES])
{
	struct buf b;

	buf_over(&b, out, PATH_BYTES);
	buf_cstr(&b, FOLDER "/");
	buf_put(&b, name);
	buf_char(&b, '\0');
}

/* A folder is no zone. Whatever else was in the way may be gone the next time,
 * and must not be taken for another zone meanwhile. */
static enum err why_not(void)
{
	return errno == ENOENT || errno == ENOTDIR || errno == EISDIR
		   ? ERR_NOTFOUND
		   : ERR_IO;
}

enum err tz_file_read(struct slice name, struct buf *out)
{
	char path[PATH_BYTES];
	enum err e;
	int fd;

	name = today(name);
	if (!is_name(name))
		return ERR_NOTFOUND;
	path_of(name, path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -1)
		return why_not();
	e = file_read_fd(fd, out);
	if (e == ERR_IO)
		e = why_not();
	(void)close(fd); /* read only: nothing can be lost */
	return e;
}

/* --- all of them -----------------------------------------------------------*/

struct one {
	struct slice name;
	struct slice bytes;
};

struct tz_file_all {
	struct arena mem;
	size_t n_folders; /* below the one */
	struct slice folder[FOLDERS_MAX];
	size_t n;
	struct one one[FILES_MAX];
};

static int by_name(const void *a, const void *b)
{
	const struct one *x = a, *y = b;

	return slice_cmp(x->name, y->name);
}

static enum err take_along(struct tz_file_all *all, struct slice name,
    struct slice bytes)
{
	struct one *to = &all->one[all->n];
	struct tzif z;

	if (tzif_open(bytes, &z) != ERR_OK)
		return ERR_OK; /* a list of something */
	if (all->n == FILES_MAX)
		return ERR_TOOBIG;
	if (!arena_copy(&all->mem, name, &to->name) ||
	    !arena_copy(&all->mem, bytes, &to->bytes))
		return ERR_NOMEM;
	all->n++;
	return ERR_OK;
}

/* A file of the folder is taken along, a folder kept for later. */
static enum err look_at(struct tz_file_all *all, struct slice name)
{
	struct buf bytes;
	enum err e;

	buf_init(&bytes, TZIF_BYTES_MAX);
	e = tz_file_read(name, &bytes);
	if (e == ERR_OK)
		e = take_along(all, name, buf_slice(&bytes));
	buf_fini(&bytes);
	if (e != ERR_NOTFOUND || all->n_folders == FOLDERS_MAX)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	return arena_copy(&all->mem, name, &all->folder[all->n_folders++])
		   ? ERR_OK
		   : ERR_NOMEM;
}

static enum err look_into(struct tz_file_all *all, struct slice folder)
{
	const struct dirent *entry;
	char path[PATH_BYTES];
	enum err e = ERR_OK;
	DIR *d;

	path_of(folder, path);
	if ((d = opendir(path)) == NULL)
		return ERR_OK;
	while (e == ERR_OK && (entry = readdir(d)) != NULL) {
		char mem[2 * TZ_FILE_NAME_MAX];
		struct buf name;

		buf_over(&name, mem, sizeof(mem));
		buf_put(&name, folder);
		buf_cstr(&name, folder.n > 0 ? "/" : "");
		buf_cstr(&name, entry->d_name);
		if (buf_err(&name) == ERR_OK && is_name(buf_slice(&name)))
			e = look_at(all, buf_slice(&name));
	}
	(void)closedir(d);
	return e;
}

enum err tz_file_all(struct tz_file_all **out)
{
	struct tz_file_all *all = malloc(sizeof(*all));
	enum err e;

	if (all == NULL)
		return ERR_NOMEM;
	arena_init(&all->mem, ALL_BYTES_MAX);
	all->n = 0;
	all->n_folders = 0;
	e = look_into(all, SLICE(""));
	for (size_t i = 0; e == ERR_OK && i < all->n_folders; i++)
		e = look_into(all, all->folder[i]);
	if (e == ERR_OK && all->n == 0)
		e = ERR_IO;
	if (e != ERR_OK) {
		tz_file_forget(all);
		return e;
	}
	qsort(all->one, all->n, sizeof(all->one[0]), by_name);
	*out = all;
	return ERR_OK;
}

void tz_file_forget(struct tz_file_all *all)
{
	if (all == NULL)
		return;
	arena_fini(&all->mem);
	free(all);
}

enum err tz_file_find(const struct tz_file_all *all, struct slice name,
    struct slice *out)
{
	const struct one key = { .name = today(name) };
	const struct one *found =
	    bsearch(&key, all->one, all->n, sizeof(all->one[0]), by_name);

	if (found == NULL)
		return ERR_NOTFOUND;
	*out = found->bytes;
	return ERR_OK;
}
