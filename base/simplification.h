// SPDX-License-Identifier: Apache-2.0
// What a model leaves out or takes simpler than it is. Each model says so itself, from the settings in force: a
// function simplifications(...) beside its header. No text elsewhere knows, so none can be overtaken by the model.
#pragma once

#include <string>
#include <vector>

namespace bitline {

// One sentence, and the keys that make it true in a config. Tests hold every claim against the config it was made for.
struct Claim {
  std::string text;
  // Keys that would change it: each is absent from the config, unset, 0 or none. A path that is no key at all, such as
  // "wires.coupling", says that there is no model of it.
  std::vector<std::string> off = {};
  // Keys that make it so, each set; "adc.cost.model=survey": set to that.
  std::vector<std::string> on = {};
};

struct Simplification {
  std::string what;  // "Read noise"
  std::vector<Claim> claims;

  std::string status() const {  // all sentences
    std::string text;
    for (const Claim& c : claims) text.append(text.empty() ? "" : " ").append(c.text);
    return text;
  }
};

// Leaves out what has no claim.
inline void add_simplifications(std::vector<Simplification>& to, std::vector<Simplification> more) {
  for (Simplification& s : more)
    if (!s.claims.empty()) to.push_back(std::move(s));
}

}  // namespace bitline
