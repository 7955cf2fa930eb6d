/*
 * mail_templates.h - the templates of mails, compiled once for all threads.
 */
#ifndef RT_JOBS_MAIL_TEMPLATES_H
#define RT_JOBS_MAIL_TEMPLATES_H

#include "cgi/tmpl/tmpl.h"
#include "lib/base/settings.h"

/* Every <share_dir>/templates/mail_*.html. What is wrong is logged with file
 * and line. The caller owns *out (tmpl_set_free()). */
RT_MUST_USE enum err mail_templates(const struct settings *s,
    struct tmpl_set **out);

#endif
