using System.Text.Json.Nodes;
using Retrace.Models.Images;
using Retrace.Models.Json;
using Retrace.Models.Text;

namespace Retrace.Models.Network;

/// <summary>
/// What distinguishes one family of vision-language models from another: its files, its vision encoder, its positions,
/// its images and its chat. The decoder, its caches, sampling and learning are the same for all. docs/families.md says
/// how to add one.
/// </summary>
/// <remarks>A family holds no state: one object serves all models of the family, on any thread.</remarks>
public abstract class ModelFamily
{
    /// <summary>What <c>model_type</c> in <c>config.json</c> says, such as <c>qwen2_5_vl</c>.</summary>
    public abstract string ModelType { get; }

    /// <summary>The family's name in messages.</summary>
    public abstract string Name { get; }

    /// <summary>The names of the weights, in the network and in files.</summary>
    public abstract WeightNames WeightNames { get; }

    /// <summary>The format in which a conversation becomes text.</summary>
    public abstract ChatTemplate Chat { get; }

    /// <summary>
    /// The format of the model in a folder, where the family's variants differ in it; <see cref="Chat"/> otherwise.
    /// </summary>
    /// <param name="directory">The model's folder, with whatever template is in it.</param>
    public virtual ChatTemplate ChatOf(string directory) => Chat;

    /// <summary>The rules by which text is split before its bytes are merged into tokens.</summary>
    public abstract TokenizerRules TokenizerRules { get; }

    /// <summary>The settings by which images become patches, as the published folders have them.</summary>
    public abstract ImageProcessorConfig ImageDefaults { get; }

    /// <summary>What the reference takes for keys that such a file does not have.</summary>
    public virtual ImageProcessorConfig ImagesWhereSilent => ImageDefaults;

    /// <summary>Published sizes; <c>retrace pretrain</c> makes checkpoints of random weights of them.</summary>
    public abstract IReadOnlyList<ModelSize> PublishedSizes { get; }

    /// <summary>A size of some two million weights, which <c>retrace pretrain</c> trains from nothing.</summary>
    public abstract ModelSize Tiny { get; }

    /// <summary>Reads <c>config.json</c>, and refuses what this family's network does not compute.</summary>
    /// <exception cref="BadInputException">A key is missing, or has a value that cannot be.</exception>
    public abstract ModelConfig ReadConfig(JsonPart root);

    /// <summary>The content of <c>config.json</c> for a model; <see cref="ReadConfig"/> reads it back.</summary>
    public abstract JsonObject WriteConfig(ModelConfig config);

    /// <summary>The ids of the special tokens that <c>config.json</c> names.</summary>
    /// <exception cref="InvalidOperationException">The tokenizer lacks one.</exception>
    public abstract TokenIds FindTokens(Tokenizer tokenizer);

    /// <summary>Builds the vision encoder, and declares its weights.</summary>
    public abstract VisionEncoder CreateEncoder(Parameters parameters, VisionConfig config);

    /// <summary>The positions of a sequence's tokens.</summary>
    /// <param name="config">Says which token stands for images, and how patches merge.</param>
    /// <param name="tokens">The sequence, image placeholders expanded.</param>
    /// <param name="grids">The images' patch grids in order of appearance.</param>
    /// <exception cref="BadInputException">An image lacks its placeholders.</exception>
    public abstract TokenPositions PositionsOf(
        ModelConfig config, ReadOnlySpan<int> tokens, IReadOnlyList<ImageGrid> grids);

    /// <summary>Reads the tokenizer of a model's folder.</summary>
    /// <inheritdoc cref="Tokenizer.Load" path="/exception"/>
    public Tokenizer LoadTokenizer(string directory) => Tokenizer.Load(directory, TokenizerRules);

    /// <summary>Reads the image settings of a model's folder.</summary>
    /// <inheritdoc cref="ImageProcessorConfig.Load" path="/exception"/>
    public ImageProcessorConfig LoadImages(string directory) => ImageProcessorConfig.Load(directory, ImagesWhereSilent);

    /// <summary>
    /// Learns a small tokenizer from text and writes its files, with the chat template and its special tokens.
    /// </summary>
    /// <param name="corpus">Texts; the special tokens in them are left out.</param>
    /// <param name="vocabularySize">Tokens wanted, special ones included.</param>
    /// <param name="directory">Created if it does not exist.</param>
    public void TrainTokenizer(IEnumerable<string> corpus, int vocabularySize, string directory) =>
        ByteLevelBpeTrainer.Train(corpus, vocabularySize, directory, TokenizerRules, Chat);
}
