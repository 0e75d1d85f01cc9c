// SPDX-License-Identifier: Apache-2.0
#include "arch/layer_names.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "arch/config.h"
#include "base/config_writer.h"
#include "base/yaml.h"

namespace bitline::arch {

namespace {

// "adc", and "adc.bits".
bool is_layer_setting(std::string_view key) {
  static const Value known = ConfigWriter::write(LayerConfig{});
  return known.find(key.substr(0, key.find('.'))) != nullptr;
}

// Settings of a layer, or of some further below.
bool holds_settings(const Value& v) {
  return v.is_map() && std::ranges::any_of(v.entries, [](const Entry& e) {
           return is_layer_setting(e.key) || holds_settings(e.value);
         });
}

// One text may say `adc.bits` where another says `adc: {bits: ..}`: the later stands. Twice in one text is for the
// reader to refuse.
Value merged_texts(const Value& settings) {
  std::vector<Value> texts;
  for (const Entry& e : settings.entries) {
    const auto is_same = [&](const Value& text) { return text.origin.file == e.value.origin.file; };
    auto text = std::ranges::find_if(texts, is_same);
    if (text == texts.end()) text = texts.insert(text, Value::map(e.value.origin));
    text->set(e.key, e.value, e.origin);
  }
  if (texts.size() < 2) return settings;
  Value whole = Value::map(settings.origin);
  for (const Value& text : texts) whole = merged(std::move(whole), expand_dotted(text));
  return whole;
}

void lay_over(Value& layers, const std::string& name, const Value& settings, const Origin& at) {
  if (Value* there = layers.find(name); there && there->is_map() && settings.is_map())
    *there = merged(expand_dotted(*there), expand_dotted(settings));
  else
    layers.set(name, merged_texts(settings), at);
}

void add_layer(Value& layers, const std::string& name, const Value& value, const Origin& at) {
  const auto is_name = [](const Entry& e) { return !is_layer_setting(e.key) && holds_settings(e.value); };
  if (!value.is_map() || std::ranges::none_of(value.entries, is_name)) return lay_over(layers, name, value, at);
  Value own = Value::map(value.origin);
  for (const Entry& e : value.entries)
    if (!is_name(e)) own.set(e.key, e.value, e.origin);
  if (!own.entries.empty()) lay_over(layers, name, own, at);
  for (const Entry& e : value.entries)
    if (is_name(e)) add_layer(layers, name + "." + e.key, e.value, e.origin);
}

}  // namespace

Value with_layer_names(const Value& layers) {
  if (!layers.is_map()) return layers;
  Value whole = Value::map(layers.origin);
  for (const Entry& e : layers.entries) add_layer(whole, e.key, e.value, e.origin);
  return whole;
}

}  // namespace bitline::arch
