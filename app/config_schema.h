// SPDX-License-Identifier: Apache-2.0
// The schema of an experiment's configuration, for the commands that show it.
#pragma once

#include <functional>
#include <string>

#include "arch/config.h"
#include "base/schema_pages.h"

namespace bitline::app {

using Visit = std::function<void(Visitor&)>;
inline constexpr const char* schema_title = "Bitline experiment";

// Visits the fields of a Config with its defaults.
Visit config_visit();
// The same of a sweep plan.
Visit plan_visit();
// "adc[sar].bits" as users write it: "adc.bits".
std::string without_alternatives(const std::string& path);
// `path` is `prefix` or a key below it.
bool below(const std::string& path, const std::string& prefix);

}  // namespace bitline::app
