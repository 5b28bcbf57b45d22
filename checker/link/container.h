// Which calls touch a container of the C++ standard library. Private to link.
#ifndef CHECKER_LINK_CONTAINER_H
#define CHECKER_LINK_CONTAINER_H

#include "checker/link/program_private.h"

/// True when `call` is a method of a container or string; *ret_object is the object it is called
/// on, *ret_write whether other calls may not run beside it. ISO C++20 [res.on.data.races] and
/// [container.requirements.dataraces].
bool container_access(const struct facts *f, call_id call, path_id *ret_object, bool *ret_write);

#endif
