// emqx_retainer: without it no message is retained any more, and none that was is replayed.
#include "plugin.hpp"

namespace troupe {

const plugin retainer_plugin{plugin_kind::retainer, "emqx_retainer", plugin_type::feature, "EMQ X Retainer",
                             true};

} // namespace troupe
