// SPDX-License-Identifier: Apache-2.0
#include "workloads/data_source.h"

namespace bitline::workloads {

void fields(Visitor& v, DataSource& d) {
  v(d.name, {.key = "name",
             .meaning = "a data set of `bitline list datasets`, or the path of a .npz archive with MedMNIST's keys or "
                        "of a folder of images or sounds by class"});
  v(d.inputs,
    {.key = "inputs",
     .meaning = "instead of a name: .npy file (sample, ...), bytes divided by 255, other numbers as they are; "
                "or an IDX file of images"});
  v(d.labels, {.key = "labels",
               .meaning = "of `inputs`: .npy file of classes (whole numbers or one-hot) or of targets, or an IDX file "
                          "of labels"});
  v(d.calibration_inputs, {.key = "calibration_inputs",
                           .meaning = "like `inputs`, for scales and converter ranges; without, `inputs` serve"});
  v(d.calibration_labels,
    {.key = "calibration_labels", .meaning = "of `calibration_inputs`; counted for the number of classes"});
}

void fields(Visitor& v, Standardize& n) {
  v(n.mean, {.key = "mean", .meaning = "subtracted from inputs; one number, or one per channel", .single = true});
  v(n.std, {.key = "std",
            .meaning = "divides what is left; one number, or one per channel",
            .positive = true,
            .single = true});
}

}  // namespace bitline::workloads
