# SPDX-License-Identifier: Apache-2.0
"""A network as one whose weights all stand in Linear and Conv layers, as arrays hold them: batch norms folded,
attention and LSTM taken apart."""
from __future__ import annotations

import copy
import math
from collections import OrderedDict

import torch
from torch import nn

from ._layers import Product, product_of, products


class Attention(nn.Module):
    """nn.MultiheadAttention, its projections being layers: ``in_proj`` where query, key and value are one tensor, else
    ``q_proj``, ``k_proj``, ``v_proj``; and ``out_proj``. The products of two tensors stay digital."""

    _qkv_same_embed_dim = False  # nn.TransformerEncoderLayer then takes no short cut around this module

    def __init__(self, of: nn.MultiheadAttention, packed: bool):
        super().__init__()
        if of.bias_k is not None or of.add_zero_attn:
            raise NotImplementedError("bitline.torch: MultiheadAttention with add_bias_kv or add_zero_attn")
        self.embed_dim, self.num_heads = of.embed_dim, of.num_heads
        self.dropout, self.batch_first = of.dropout, of.batch_first
        apart = (of.q_proj_weight, of.k_proj_weight, of.v_proj_weight)
        weights = apart if of.in_proj_weight is None else of.in_proj_weight.chunk(3)
        biases = of.in_proj_bias.chunk(3) if of.in_proj_bias is not None else (None, None, None)
        self.packed = packed
        if packed:
            self.in_proj = _linear(of.in_proj_weight, of.in_proj_bias)
        else:
            self.q_proj, self.k_proj, self.v_proj = map(_linear, weights, biases)
        self.out_proj = _linear(of.out_proj.weight, of.out_proj.bias)

    def forward(self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None,
                average_attn_weights=True, is_causal=False):
        if self.packed and not (query is key and key is value):
            raise ValueError("this attention was converted with one tensor as query, key and value; "
                             "pass others by position, so that this shows when it is converted")
        if not self.batch_first:
            query, key, value = (t.transpose(0, 1) for t in (query, key, value))
        if self.packed:
            q, k, v = self.in_proj(query).chunk(3, -1)
        else:
            q, k, v = self.q_proj(query), self.k_proj(key), self.v_proj(value)
        width = self.embed_dim // self.num_heads
        q, k, v = (t.reshape(t.shape[0], t.shape[1], self.num_heads, width).transpose(1, 2) for t in (q, k, v))
        scores = torch.matmul(q / math.sqrt(width), k.transpose(-2, -1))
        if attn_mask is not None:
            if attn_mask.dim() == 3:
                attn_mask = attn_mask.reshape(-1, self.num_heads, *attn_mask.shape[1:])
            scores = _masked(scores, attn_mask)
        if key_padding_mask is not None:
            scores = _masked(scores, key_padding_mask[:, None, None])
        weights = torch.softmax(scores, -1)
        chosen = nn.functional.dropout(weights, self.dropout, self.training)
        out = torch.matmul(chosen, v).transpose(1, 2)
        out = self.out_proj(out.reshape(out.shape[0], out.shape[1], self.embed_dim))
        if not self.batch_first:
            out = out.transpose(0, 1)
        if not need_weights:
            return out, None
        return out, weights.mean(1) if average_attn_weights else weights


def _masked(scores, mask):
    return scores.masked_fill(mask, -math.inf) if mask.dtype == torch.bool else scores + mask.to(scores.dtype)


class Lstm(nn.Module):
    """nn.LSTM, its projections being layers: ``ih_l0`` reads the inputs of all steps, ``hh_l0`` the state of each step
    (not of the first where it starts at zero)."""

    def __init__(self, of: nn.LSTM):
        super().__init__()
        if of.proj_size:
            raise NotImplementedError("bitline.torch: LSTM with proj_size")
        self.hidden_size, self.num_layers, self.batch_first = of.hidden_size, of.num_layers, of.batch_first
        self.dropout, self.bidirectional = of.dropout, of.bidirectional
        for k in range(self.num_layers):
            for end in self._ends():
                for kind in ("ih", "hh"):
                    name = f"{kind}_l{k}{end}"
                    bias = getattr(of, "bias_" + name) if of.bias else None
                    setattr(self, name, _linear(getattr(of, "weight_" + name), bias))

    def _ends(self):
        return ("", "_reverse") if self.bidirectional else ("",)

    def forward(self, x, hx=None):
        if not isinstance(x, torch.Tensor):
            raise NotImplementedError("bitline.torch: LSTM of packed sequences")
        if not self.batch_first:
            x = x.transpose(0, 1)
        hidden, cells = [], []
        for k in range(self.num_layers):
            sides = []
            for end in self._ends():
                start = None if hx is None else (hx[0][len(hidden)], hx[1][len(cells)])
                out, h, c = self._pass(x, f"l{k}{end}", start, end != "")
                sides.append(out), hidden.append(h), cells.append(c)
            x = torch.cat(sides, -1) if len(sides) > 1 else sides[0]
            if k + 1 < self.num_layers:
                x = nn.functional.dropout(x, self.dropout, self.training)
        if not self.batch_first:
            x = x.transpose(0, 1)
        return x, (torch.stack(hidden), torch.stack(cells))

    def _pass(self, x, name, start, backwards):
        ih, hh = getattr(self, "ih_" + name), getattr(self, "hh_" + name)
        gates_of_inputs = ih(x)
        h, c = (None, None) if start is None else start
        steps = range(x.shape[1] - 1, -1, -1) if backwards else range(x.shape[1])
        outs = []
        for t in steps:
            gates = gates_of_inputs[:, t]
            if h is not None:
                gates = gates + hh(h)
            elif hh.bias is not None:
                gates = gates + hh.bias
            take, keep, new, show = gates.chunk(4, 1)  # torch's i, f, g, o
            c = take.sigmoid() * new.tanh() if c is None else keep.sigmoid() * c + take.sigmoid() * new.tanh()
            h = show.sigmoid() * c.tanh()
            outs.append(h)
        return torch.stack(outs[::-1] if backwards else outs, 1), h, c


def _linear(weight, bias) -> nn.Linear:
    made = nn.Linear(weight.shape[1], weight.shape[0], bias is not None, device="meta")
    made.weight = nn.Parameter(weight.detach().clone())
    if bias is not None:
        made.bias = nn.Parameter(bias.detach().clone())
    return made


def replace(network: nn.Module, name: str, by: nn.Module) -> nn.Module:
    """Puts a module in place of the one of that name; returns the network."""
    if not name:
        return by
    path, _, last = name.rpartition(".")
    setattr(network.get_submodule(path), last, by)
    return network


NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
APART = (nn.MultiheadAttention, nn.LSTM)


@torch.no_grad()
def _watch(network: nn.Module, example):
    """What one forward pass tells: {batch norm: layer whose output alone it reads}, names of attentions that read one
    tensor, and the output."""
    maker: dict[int, str] = {}
    alive, folds, hooks = [], {}, []
    # Those that transformer layers compute without calling them read one tensor, too.
    packed = {name for name, m in network.named_modules() if isinstance(m, nn.MultiheadAttention)}
    names = {m: name for name, m in network.named_modules()}

    def made(module, _, output):
        maker[id(output)] = names[module]
        alive.append(output)  # no other tensor gets its id

    def read(module, inputs):
        if id(inputs[0]) in maker:
            folds[names[module]] = maker[id(inputs[0])]

    def attended(module, inputs):
        if len(inputs) == 3 and not inputs[0] is inputs[1] is inputs[2]:
            packed.discard(names[module])

    for m in network.modules():
        if product_of(m) is not None:
            hooks.append(m.register_forward_hook(made))
        elif isinstance(m, NORMS):
            hooks.append(m.register_forward_pre_hook(read))
        elif isinstance(m, nn.MultiheadAttention):
            hooks.append(m.register_forward_pre_hook(attended))
    try:
        output = network(example)
    finally:
        for hook in hooks:
            hook.remove()
    return folds, packed, output


@torch.no_grad()
def _fold(layer, norm) -> None:
    """Batch norm with its running statistics into the layer before it, in double precision."""
    wide = torch.float64
    factor = torch.ones_like(norm.running_var, dtype=wide) if norm.weight is None else norm.weight.to(wide)
    factor = factor / torch.sqrt(norm.running_var.to(wide) + norm.eps)
    shift = 0 if norm.bias is None else norm.bias.to(wide)
    old = 0 if layer.bias is None else layer.bias.to(wide)
    bias = (old - norm.running_mean.to(wide)) * factor + shift
    kind = layer.weight.dtype
    layer.weight.copy_((layer.weight.to(wide) * factor.reshape(-1, *[1] * (layer.weight.dim() - 1))).to(kind))
    layer.bias = nn.Parameter(bias.to(kind))


def first_output(output):
    while isinstance(output, (tuple, list)):
        output = output[0]
    return output


def plain(network: nn.Module, example=None) -> nn.Module:
    """A copy in evaluation mode; a network of one layer alone calls it "layer". ``example``: inputs that show which
    batch norm follows which layer.

    ValueError: there is none where it is needed, or the folded network computes something else.
    """
    network = copy.deepcopy(network).eval()
    for layer in products(network).values():
        layer.engine = None
    folds, packed, before = {}, set(), None
    if example is not None:
        example = example.to(next(network.parameters()))
        folds, packed, before = _watch(network, example)
    elif any(isinstance(m, (*NORMS, nn.MultiheadAttention)) for m in network.modules()):
        raise ValueError("the network has batch norms or attentions; give inputs as calibrate=, which show what they "
                         "read")
    for norm, layer in folds.items():
        _fold(network.get_submodule(layer), network.get_submodule(norm))
        network = replace(network, norm, nn.Identity())
    for name, m in list(network.named_modules()):
        if isinstance(m, APART):
            network = replace(network, name, Lstm(m) if isinstance(m, nn.LSTM) else Attention(m, name in packed))
    for name, m in list(network.named_modules()):
        made = product_of(m)
        if made is not None and made is not m:
            network = replace(network, name, made)
    if isinstance(network, Product):
        network = nn.Sequential(OrderedDict(layer=network))  # so that it has a name
    network.eval()
    if before is not None:
        _compare(before, network, example)
    return network


@torch.no_grad()
def _compare(before, network, example) -> None:
    was, now = first_output(before).double(), first_output(network(example)).double()
    if not bool(((was - now).abs().max() <= 1e-3 * was.abs().max().clamp(min=1e-6)).item()):
        raise ValueError("with batch norms folded and attention and LSTM taken apart the network computes something "
                         "else; a layer before a batch norm may have other readers")


def hold_norms(network: nn.Module) -> None:
    """Batch norms that are left keep their statistics while the network trains."""
    for m in network.modules():
        if isinstance(m, NORMS):
            m.eval()


__all__ = ["Attention", "Lstm", "first_output", "hold_norms", "plain", "replace"]
