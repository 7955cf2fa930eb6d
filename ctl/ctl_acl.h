/*
 * ctl_acl.h - one more user for a folder: what its one group cannot say.
 */
#ifndef RT_CTL_CTL_ACL_H
#define RT_CTL_CTL_ACL_H

#include <sys/types.h>

#include "lib/base/err.h"

/* An access list (acl(5)) for the folder, inherited by folders made in it with
 * mode 0770: owner and user may write, the group may read, others nothing.
 * ERR_IO with errno: the file system has none, or we may not. */
RT_MUST_USE enum err ctl_acl_share(const char *folder, uid_t user);

#endif
