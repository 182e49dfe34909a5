using Retrace.Models;
using Retrace.Models.Native;
using Retrace.Models.Network;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Retrace.Benchmarks;

/// <summary>
/// GRPO on text in plain TorchSharp calls, as one would write it for just this: prompts and responses of one length, each
/// response with its own copy of its prompt, and TorchSharp's AdamW. What the learner is measured against.
/// </summary>
internal sealed class BareLearner : IDisposable
{
    private readonly TextConfig _config;
    private readonly Tensor _neverSampled; // ids
    private readonly Dictionary<string, Tensor> _policy;
    private readonly Dictionary<string, Tensor> _reference;
    private readonly optim.Optimizer _optimizer;
    private readonly Parameter[] _trained;

    /// <param name="model">Whose weights both policies start with.</param>
    public BareLearner(VisionLanguageNetwork model, double learningRate)
    {
        _config = model.Config.Text;
        _neverSampled = tensor(model.Config.Tokens.NeverSampled.Select(token => (long)token).ToArray()).DetachFromDisposeScope();
        string[] names = [.. model.Parameters.Names.Where(name => name.StartsWith("model.", StringComparison.Ordinal))];
        _policy = names.ToDictionary(
            name => name, name => (Tensor)new Parameter(model.Parameters[name].detach().clone()));
        _reference = names.ToDictionary(name => name, name => model.Parameters[name].detach().clone());
        _trained = [.. _policy.Values.Cast<Parameter>()];
        _optimizer = optim.AdamW(_trained, learningRate, weight_decay: 0);
    }

    /// <summary>One step of the optimizer.</summary>
    /// <param name="tokens">Prompt and response of each sample. [B, T]</param>
    /// <param name="promptTokens">P</param>
    /// <param name="oldLogProbs">[B, T − P]</param>
    /// <param name="advantages">[B, 1]</param>
    /// <returns>The gradient's norm.</returns>
    public double Step(Tensor tokens, int promptTokens, Tensor oldLogProbs, Tensor advantages)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor reference = LogProbs(tokens, promptTokens, ofReference: true);
        Tensor logProbs = LogProbs(tokens, promptTokens);
        using Scalar lowest = 0.8;
        using Scalar highest = 1.2;
        using Scalar one = 1.0;
        using Scalar beta = 0.01;
        Tensor ratio = (logProbs - oldLogProbs).exp();
        Tensor logRatio = reference - logProbs;
        Tensor kl = logRatio.exp().sub(logRatio).sub(one);
        Tensor clipped = minimum(ratio * advantages, ratio.clamp(lowest, highest) * advantages);
        Tensor loss = clipped.neg().Plus(kl.mul(beta)).mean();
        loss.backward();
        double norm = nn.utils.clip_grad_norm_(_trained, 1.0);
        _optimizer.step();
        _optimizer.zero_grad();
        return norm;
    }

    /// <summary>ln p of the responses' tokens. [B, T − P]</summary>
    public Tensor LogProbs(Tensor tokens, int promptTokens, bool ofReference = false)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable? noGrad = ofReference ? no_grad() : null;
        Dictionary<string, Tensor> weights = ofReference ? _reference : _policy;
        (long rows, long length) = (tokens.shape[0], tokens.shape[1]);
        Tensor embedding = weights["model.embed_tokens.weight"];
        Tensor x = embedding.index_select(0, tokens.flatten()).view(rows, length, -1);
        (Tensor cos, Tensor sin) = RotaryTables(length);
        int sharing = _config.Heads / _config.KeyValueHeads;
        for (int layer = 0; layer < _config.Layers; layer++)
        {
            string name = $"model.layers.{layer}.";
            Tensor normed = Norm(x, weights[$"{name}input_layernorm.weight"]);
            Tensor q = Rotate(Heads("q_proj", _config.Heads));
            Tensor k = Rotate(Heads("k_proj", _config.KeyValueHeads)).repeat_interleave(sharing, 1);
            Tensor v = Heads("v_proj", _config.KeyValueHeads).repeat_interleave(sharing, 1);
            Tensor attended = scaled_dot_product_attention(q, k, v, is_casual: true)
                .transpose(1, 2).reshape(rows, length, -1);
            x = x.Plus(linear(attended, weights[$"{name}self_attn.o_proj.weight"]));
            normed = Norm(x, weights[$"{name}post_attention_layernorm.weight"]);
            Tensor gated = silu(linear(normed, weights[$"{name}mlp.gate_proj.weight"]))
                * linear(normed, weights[$"{name}mlp.up_proj.weight"]);
            x = x.Plus(linear(gated, weights[$"{name}mlp.down_proj.weight"]));

            Tensor Heads(string projection, int heads) => linear(
                normed,
                weights[$"{name}self_attn.{projection}.weight"],
                weights[$"{name}self_attn.{projection}.bias"]).view(rows, length, heads, -1).transpose(1, 2);
        }
        long responseTokens = length - promptTokens;
        Tensor states = Norm(x, weights["model.norm.weight"]).narrow(1, promptTokens - 1, responseTokens);
        Tensor targets = tokens.narrow(1, promptTokens, responseTokens).unsqueeze(-1);
        using Scalar impossible = float.NegativeInfinity;
        Tensor logits = linear(states, embedding).index_fill(-1, _neverSampled, impossible);
        return logits.log_softmax(-1).gather(-1, targets).squeeze(-1).MoveToOuterDisposeScope();

        Tensor Rotate(Tensor heads)
        {
            Tensor[] halves = heads.chunk(2, -1);
            return (heads * cos).Plus(cat([halves[1].neg(), halves[0]], -1) * sin);
        }
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _neverSampled.Dispose();
        foreach (Tensor tensor in _policy.Values.Concat(_reference.Values))
        {
            tensor.Dispose();
        }
    }

    private Tensor Norm(Tensor x, Tensor weight)
    {
        using Scalar epsilon = _config.NormEpsilon;
        return x * (x * x).mean([-1], keepdim: true).add(epsilon).rsqrt() * weight;
    }

    private (Tensor Cos, Tensor Sin) RotaryTables(long length)
    {
        float[] frequencies = [.. Enumerable.Range(0, _config.HeadSize / 2)
            .Select(i => (float)(1 / Math.Pow(_config.RopeTheta, 2.0 * i / _config.HeadSize)))];
        Tensor places = tensor(Enumerable.Range(0, (int)length).Select(i => (float)i).ToArray()).unsqueeze(1);
        Tensor angles = places * tensor(frequencies);
        angles = cat([angles, angles], -1); // [T, headSize]
        return (angles.cos(), angles.sin());
    }
}
