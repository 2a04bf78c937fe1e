// emqx_delayed_publish: another handle of the module emqx_mod_delayed, which has its state.
#include "plugin.hpp"

namespace troupe {

const plugin delayed_publish_plugin{plugin_kind::delayed_publish, "emqx_delayed_publish",
                                    plugin_type::feature, "EMQ X Delayed Publish", false};

} // namespace troupe
