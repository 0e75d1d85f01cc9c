// SPDX-License-Identifier: Apache-2.0
// Tables for other programs: comma-separated values as in RFC 4180, with \n line ends.
#pragma once

#include <string>

#include "run/result.h"

namespace bitline::report {

// layers.csv: a header and a line per layer, ending in the time its lines settle and a column per part of its energy (0
// where the layer has no such part). Numbers have all their digits; an infinite SNR (a layer that deviates
// nowhere) is an empty field. Throws RunError for any other number that is not finite.
std::string layers_csv(const run::Result& result);

// images.csv: a header and a line per image of result.images: its number, label and predicted class, the energy of its
// inference, and by layer the part that depends on its inputs.
std::string images_csv(const run::Result& result);

}  // namespace bitline::report
