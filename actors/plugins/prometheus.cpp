// emqx_prometheus: the broker's figures for Prometheus, at /metrics and in the API.
#include "plugin.hpp"

namespace troupe {

const plugin prometheus_plugin{plugin_kind::prometheus, "emqx_prometheus", plugin_type::feature,
                               "Prometheus for EMQ X", true};

} // namespace troupe
