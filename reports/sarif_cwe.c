#include "reports/sarif_cwe.h"

// Names of the CWE entries (version 4.x, MITRE) that concern concurrency. An entry without a name
// here is still referred to by its number.

#include <stddef.h>

struct cwe {
    int number;
    const char *name;
};

static const struct cwe entries[] = {
    {252,  "Unchecked Return Value"                                                     },
    {362,  "Concurrent Execution using Shared Resource with Improper Synchronization"   },
    {364,  "Signal Handler Race Condition"                                              },
    {366,  "Race Condition within a Thread"                                             },
    {367,  "Time-of-check Time-of-use (TOCTOU) Race Condition"                          },
    {400,  "Uncontrolled Resource Consumption"                                          },
    {404,  "Improper Resource Shutdown or Release"                                      },
    {413,  "Improper Resource Locking"                                                  },
    {414,  "Missing Lock Check"                                                         },
    {416,  "Use After Free"                                                             },
    {479,  "Signal Handler Use of a Non-reentrant Function"                             },
    {543,  "Use of Singleton Pattern Without Synchronization in a Multithreaded Context"},
    {562,  "Return of Stack Variable Address"                                           },
    {567,  "Unsynchronized Access to Shared Data in a Multithreaded Context"            },
    {609,  "Double-Checked Locking"                                                     },
    {662,  "Improper Synchronization"                                                   },
    {663,  "Use of a Non-reentrant Function in a Concurrent Context"                    },
    {667,  "Improper Locking"                                                           },
    {672,  "Operation on a Resource after Expiration or Release"                        },
    {675,  "Multiple Operations on Resource in Single-Operation Context"                },
    {755,  "Improper Handling of Exceptional Conditions"                                },
    {764,  "Multiple Locks of a Critical Resource"                                      },
    {765,  "Multiple Unlocks of a Critical Resource"                                    },
    {770,  "Allocation of Resources Without Limits or Throttling"                       },
    {772,  "Missing Release of Resource after Effective Lifetime"                       },
    {775,  "Missing Release of File Descriptor or Handle after Effective Lifetime"      },
    {820,  "Missing Synchronization"                                                    },
    {821,  "Incorrect Synchronization"                                                  },
    {825,  "Expired Pointer Dereference"                                                },
    {826,  "Premature Release of Resource During Expected Lifetime"                     },
    {828,  "Signal Handler with Functionality that is not Asynchronous-Safe"            },
    {832,  "Unlock of a Resource that is not Locked"                                    },
    {833,  "Deadlock"                                                                   },
    {835,  "Loop with Unreachable Exit Condition ('Infinite Loop')"                     },
    {908,  "Use of Uninitialized Resource"                                              },
    {1058, "Invokable Control Element in Multi-Thread Context with non-Final Static Storable or "
           "Member Element"                                                   },
    {1088, "Synchronous Access of Remote Resource without Timeout"                      },
    {1164, "Irrelevant Code"                                                            },
    {1265, "Unintended Reentrant Invocation of Non-reentrant Code Via Nested Calls"     },
    {1322, "Use of Blocking Code in Single-threaded, Non-blocking Context"              },
};

const char *cwe_name(int number) {
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        if (entries[i].number == number) {
            return entries[i].name;
        }
    }
    return NULL;
}
