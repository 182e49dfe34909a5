using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>The language model: pre-norm decoder blocks with grouped-query attention and rotary positions.</summary>
internal sealed class TextDecoder : IDisposable
{
    private static readonly Scalar OutOfReach = -1e20;

    private readonly TextConfig _config;
    private readonly string _prefix;
    private readonly bool _isAdapted;
    private readonly Tensor _embedding; // [V, hidden]
    private readonly Block[] _blocks;
    private readonly RmsNorm _norm;
    private readonly Tensor _head;      // [V, hidden]; the embedding itself when tied
    private readonly Tensor _frequencies; // [headSize/2]
    private readonly Scalar _rotaryScale; // Of the cosines and sines.
    private readonly Tensor _axes;        // [headSize/2], the axis of the position that each turns with
    private readonly Tensor _neverSampled; // [tokens whose probability is 0]
    private readonly double _adapterScale;

    /// <param name="parameters">Where the weights are declared.</param>
    /// <param name="prefix">How the names of all weights but the head's begin.</param>
    /// <param name="neverSampled">Tokens whose probability is 0.</param>
    public TextDecoder(Parameters parameters, TextConfig config, string prefix, IReadOnlyList<int> neverSampled)
    {
        _config = config;
        _prefix = prefix;
        _isAdapted = parameters.Adapter is not null;
        _embedding = parameters.Declare($"{prefix}embed_tokens.weight", config.VocabularySize, config.HiddenSize);
        Load = config.Experts is null ? null : new ExpertLoad();
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(i => new Block(parameters, NameOf(i), config, i, Load))];
        _norm = new RmsNorm(parameters, $"{prefix}norm", config.HiddenSize, config.NormEpsilon);
        _head = config.TieWordEmbeddings
            ? _embedding
            : parameters.Declare("lm_head.weight", config.VocabularySize, config.HiddenSize);
        using DisposeScope scope = NewDisposeScope();
        _rotaryScale = config.Yarn?.AttentionFactor ?? 1;
        _frequencies = tensor(
            config.Yarn?.Frequencies(config.HeadSize, config.RopeTheta)
                ?? Rotary.Frequencies(config.HeadSize, config.RopeTheta),
            device: parameters.Device).DetachFromDisposeScope();
        _axes = tensor(config.RopeAxes.Select(axis => (long)axis).ToArray(), device: parameters.Device)
            .DetachFromDisposeScope();
        _neverSampled = tensor(
            neverSampled.Where(token => token < config.VocabularySize).Select(token => (long)token).ToArray(),
            device: parameters.Device).DetachFromDisposeScope();
        _adapterScale = parameters.Adapter?.Settings.Scale ?? 0;
    }

    /// <summary>Where passes that are learned from count the tokens of each expert; null without experts.</summary>
    public ExpertLoad? Load { get; }

    /// <summary>The memory that the blocks need, for each token.</summary>
    public BlockMemory Memory
    {
        get
        {
            // Of a block: normed inputs, queries, keys, values and their copies for each head, attention's result, and
            // four tensors of the gated MLP; norms are computed in fp32; an adapter's part of each linear layer's
            // result, and the sum.
            long element = _embedding.ElementSize;
            long hidden = _config.HiddenSize;
            long query = _config.QuerySize;
            long keyValue = _config.KeyValueSize;
            long values = (4 * hidden) + (5 * query) + (4 * keyValue) + MlpValues(adapted: false);
            if (_config.NormsQueriesAndKeys)
            {
                values += 2 * (query + keyValue); // Before and behind the norms.
            }
            long adapter = _isAdapted ? 2 * ((2 * hidden) + query + (2 * keyValue)) + MlpValues(adapted: true) : 0;
            long norms = element < sizeof(float) ? 4 * hidden * sizeof(float) : 0;
            // Dropped at its end: the squares under both norms, in fp32; queries and keys before rotation and four parts
            // of it (half turned, turned, times cos, times sin); keys and values before they are copied for each head;
            // attention's and the MLP's results before they are added to the input.
            long passing = (2 * hidden) + (4 * query) + (4 * keyValue) + ((query + keyValue) / 2) + (2 * keyValue);
            return new BlockMemory(
                _config.Layers,
                hidden * element,
                ((values + adapter) * element) + norms,
                (passing * element) + (2 * hidden * sizeof(float)));
        }
    }

    /// <summary>Bytes of the embedding's gradient, which is made dense before it is added to what is there.</summary>
    public long BytesOfEmbeddingGradient =>
        _embedding.requires_grad ? _embedding.numel() * _embedding.ElementSize : 0;

    /// <summary>Embeds tokens: […] token ids → […, hidden].</summary>
    public Tensor Embed(Tensor tokens) =>
        _embedding.RowsAt(tokens.flatten()).view([.. tokens.shape, _config.HiddenSize]);

    /// <summary>The cosines and sines that rotate queries and keys at these positions.</summary>
    /// <param name="positions">[axes, B, T]</param>
    /// <returns>Each [B, 1, T, headSize].</returns>
    public (Tensor Cos, Tensor Sin) RotaryTables(Tensor positions)
    {
        Tensor angle = positions.RowsAt(_axes)  // [headSize/2, B, T]
            .permute(1, 2, 0).to(ScalarType.Float32) * _frequencies;
        angle = cat([angle, angle], -1).unsqueeze(1);    // [B, 1, T, headSize]
        return (
            angle.cos().mul_(_rotaryScale).to(_embedding.dtype), angle.sin().mul_(_rotaryScale).to(_embedding.dtype));
    }

    /// <summary>Runs the blocks and the final norm over whole sequences.</summary>
    /// <param name="hidden">[B, T, hidden]</param>
    /// <param name="mask">
    /// Added to attention's scores, broadcast to [B, 1, T, T]: 0 or −∞; null for plain causal attention.
    /// </param>
    /// <param name="deepStack">What image tokens get between the first layers; null without images.</param>
    /// <param name="cache">Empty, and takes these tokens; null while training.</param>
    /// <param name="blocks">Runs each block, set up for the backward pass.</param>
    /// <returns>[B, T, hidden]</returns>
    public Tensor Forward(
        Tensor hidden,
        Tensor cos,
        Tensor sin,
        Tensor? mask,
        DeepStack? deepStack,
        KvCache? cache,
        BlockRunner blocks)
    {
        Tensor[] context = mask is null ? [cos, sin] : [cos, sin, mask];
        for (int i = 0; i < _blocks.Length; i++)
        {
            int layer = i;
            Block block = _blocks[layer];
            hidden = blocks.Run(
                NameOf(layer),
                hidden,
                (x, given) => block.Forward(x, given[0], given[1], given.ElementAtOrDefault(2), cache, layer),
                context);
            hidden = deepStack?.AddTo(hidden, layer) ?? hidden;
        }
        cache?.Advance((int)hidden.shape[1]);
        return _norm.Forward(hidden);
    }

    /// <summary>Bytes of <see cref="TransposedWeights"/> of all matrices that a decoding step multiplies with.</summary>
    public long BytesOfTransposed => _blocks.SelectMany(block => block.Linears).Select(linear => linear.Weight).Append(_head)
        .Sum(TransposedWeights.BytesOf);

    /// <summary>A decoding step, and the head that belongs to it. [V, hidden]</summary>
    /// <param name="inOrder">Gives each matrix, [out, in], in the order in memory that the step is to read.</param>
    public (DecodingStep Step, Tensor Head) StepWith(Func<Tensor, Tensor> inOrder)
    {
        var step = new DecodingStep(
            _config,
            _embedding,
            _blocks.SelectMany(block => block.StepTensors(inOrder)),
            _norm.Weight,
            _frequencies,
            _rotaryScale,
            _adapterScale);
        return (step, inOrder(_head));
    }

    /// <summary>
    /// Next-token logits of hidden states: […, hidden] → […, V]. Those of tokens that are never sampled are so low that
    /// their probabilities are 0 and the products of these with their logarithms too, as with −∞ they would not be.
    /// </summary>
    public Tensor Logits(Tensor hidden) => Logits(hidden, _head);

    /// <summary>The same with a copy of the head.</summary>
    /// <param name="head">[V, hidden]</param>
    public Tensor Logits(Tensor hidden, Tensor head)
    {
        Tensor logits = nn.functional.linear(hidden, head);
        // Beside the graph: the gradient there is 0 by itself, as the probability is.
        using Tensor values = logits.detach();
        values.FillLastAt(_neverSampled, OutOfReach);
        return logits;
    }

    public void Dispose()
    {
        _frequencies.Dispose();
        _axes.Dispose();
        _neverSampled.Dispose();
        _rotaryScale.Dispose();
    }

    // Of a token in a block's MLP, as the mean over the blocks; or what an adapter adds to it.
    private long MlpValues(bool adapted)
    {
        long dense = 4L * _config.IntermediateSize;
        if (_config.Experts is not { } experts)
        {
            return dense;
        }
        // What an adapter of experts adds is added in place, and nothing of it kept.
        long sparse = adapted ? 0 : MixtureOfExperts.KeptValues(experts);
        return ((experts.Layers.Count * sparse) + ((_config.Layers - experts.Layers.Count) * dense)) / _config.Layers;
    }

    private string NameOf(int layer) => $"{_prefix}layers.{layer}.";

    private sealed class Block
    {
        private readonly TextConfig _config;
        private readonly RmsNorm _attentionNorm;
        private readonly Linear _q;
        private readonly Linear _k;
        private readonly Linear _v;
        private readonly Linear _o;
        private readonly RmsNorm? _qNorm; // Over each head.
        private readonly RmsNorm? _kNorm;
        private readonly RmsNorm _mlpNorm;
        private readonly GatedMlp? _mlp; // One of these two.
        private readonly MixtureOfExperts? _experts;
        private readonly Action<long[]>? _count;

        public Block(Parameters parameters, string name, TextConfig config, int layer, ExpertLoad? load)
        {
            _config = config;
            int size = config.HiddenSize;
            bool bias = config.AttentionBias;
            _q = new Linear(parameters, $"{name}self_attn.q_proj", size, config.QuerySize, bias);
            _k = new Linear(parameters, $"{name}self_attn.k_proj", size, config.KeyValueSize, bias);
            _v = new Linear(parameters, $"{name}self_attn.v_proj", size, config.KeyValueSize, bias);
            _o = new Linear(parameters, $"{name}self_attn.o_proj", config.QuerySize, size, bias: false);
            if (config.NormsQueriesAndKeys)
            {
                _qNorm = new RmsNorm(parameters, $"{name}self_attn.q_norm", config.HeadSize, config.NormEpsilon);
                _kNorm = new RmsNorm(parameters, $"{name}self_attn.k_norm", config.HeadSize, config.NormEpsilon);
            }
            if (config.Experts is { } experts && experts.Layers.Contains(layer))
            {
                _count = counts => load?.Add(layer, counts);
                _experts = new MixtureOfExperts(parameters, $"{name}mlp", size, experts);
            }
            else
            {
                _mlp = new GatedMlp(parameters, $"{name}mlp", size, config.IntermediateSize, bias: false);
            }
            _attentionNorm = new RmsNorm(parameters, $"{name}input_layernorm", size, config.NormEpsilon);
            _mlpNorm = new RmsNorm(parameters, $"{name}post_attention_layernorm", size, config.NormEpsilon);
        }

        /// <summary>The linear layers, but for the experts', of which each has few tokens.</summary>
        public IEnumerable<Linear> Linears => [_q, _k, _v, _o, .. _mlp?.Linears ?? []];

        /// <summary>The block's tensors, in the order in which DecodingStep.py unpacks them.</summary>
        /// <param name="inOrder">As in <see cref="StepWith"/>.</param>
        public IEnumerable<Tensor> StepTensors(Func<Tensor, Tensor> inOrder) =>
        [
            _attentionNorm.Weight,
            _mlpNorm.Weight,
            _qNorm?.Weight ?? DecodingStep.None,
            _kNorm?.Weight ?? DecodingStep.None,
            .. Linears.SelectMany(linear => linear.StepTensors(inOrder)),
            .. Enumerable.Repeat(DecodingStep.None, _mlp is null ? GatedMlp.StepTensorCount : 0),
            .. _experts?.StepTensors ?? Enumerable.Repeat(DecodingStep.None, MixtureOfExperts.StepTensorCount),
        ];

        public Tensor Forward(Tensor x, Tensor cos, Tensor sin, Tensor? mask, KvCache? cache, int layer)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor normed = _attentionNorm.Forward(x);
            // [B, heads, T, headSize]
            Tensor q = Rotary.Apply(Normed(Split(_q.Forward(normed), _config.Heads), _qNorm), cos, sin);
            Tensor k = Rotary.Apply(Normed(Split(_k.Forward(normed), _config.KeyValueHeads), _kNorm), cos, sin);
            Tensor v = Split(_v.Forward(normed), _config.KeyValueHeads);
            cache?.Append(layer, k, v);
            Tensor mixed = x.Plus(_o.Forward(SequenceAttention.Of(_config, q, k, v, mask)));
            Tensor normedAgain = _mlpNorm.Forward(mixed);
            // A block that is computed again is counted once, as it has gradients once.
            Tensor made = _experts?.Forward(normedAgain, is_grad_enabled() ? _count : null) ?? _mlp!.Forward(normedAgain);
            return mixed.Plus(made).MoveToOuterDisposeScope();
        }

        private static Tensor Normed(Tensor heads, RmsNorm? norm) => norm?.Forward(heads) ?? heads;

        private static Tensor Split(Tensor x, int heads) =>
            x.view(x.shape[0], x.shape[1], heads, -1).transpose(1, 2); // [B, heads, T, headSize]
    }
}
