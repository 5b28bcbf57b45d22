// The family: comments that suppress findings. It asks nothing of the code.
#include "checker/rule/rule.h"

extern const struct family family_suppression;
const struct family family_suppression = {.name = "suppression"};
