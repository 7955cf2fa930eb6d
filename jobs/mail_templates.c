#include "jobs/mail_templates.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>

#include "lib/base/file.h"
#include "lib/base/log.h"

static enum err add(struct tmpl_set *set, int dirfd, const char *name)
{
	struct tmpl_error why = { .line = 0 };
	struct buf text;
	enum err e;

	buf_init(&text, TMPL_SOURCE_MAX);
	e = file_read(dirfd, name, &text);
	if (e == ERR_OK)
		e = tmpl_set_add(set, slice_from(name), buf_slice(&text), &why);
	if (e != ERR_OK)
		log_error("mail_templates: %s line=%u %s error=%s", name,
		    why.line, why.what, err_name(e));
	buf_fini(&text);
	return e;
}

static enum err add_all(struct tmpl_set *set, DIR *dir)
{
	const struct dirent *entry;
	struct tmpl_error why;
	enum err e = ERR_OK;

	while (e == ERR_OK && (entry = readdir(dir)) != NULL) {
		const struct slice name = slice_from(entry->d_name);

		if (slice_starts(name, SLICE("mail_")) &&
		    slice_ends(name, SLICE(".html")))
			e = add(set, dirfd(dir), entry->d_name);
	}
	if (e == ERR_OK && (e = tmpl_set_link(set, &why)) != ERR_OK)
		log_error("mail_templates: %s line=%u %s", why.file, why.line,
		    why.what);
	return e;
}

enum err mail_templates(const struct settings *s, struct tmpl_set **out)
{
	char path[SETTINGS_PATH_MAX + 16];
	struct tmpl_set *set = NULL;
	DIR *dir;
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/templates", s->share_dir);
	dir = opendir(path);
	if (dir == NULL) {
		log_sys("mail_templates: open %s", path);
		return ERR_IO;
	}
	e = tmpl_set_new(&set);
	if (e == ERR_OK)
		e = add_all(set, dir);
	(void)closedir(dir);
	if (e == ERR_OK)
		*out = set;
	else
		tmpl_set_free(set);
	return e;
}
