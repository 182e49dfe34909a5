using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Native;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Evolution;

/// <summary>The number type and device of tensors, and the adapter, as a configuration sets them.</summary>
public static class ComputeSettings
{
    /// <summary>The device of tensors.</summary>
    /// <param name="localRank">
    /// This process's index among those on its machine, which decides its device unless the settings name one.
    /// </param>
    /// <exception cref="BadInputException">The device does not exist.</exception>
    public static Device DeviceOf(ModelSettings settings, int localRank = 0) => settings.Device switch
    {
        "cpu" => CPU,
        "cuda" when localRank > 0 && cuda.is_available() => DeviceOf($"cuda:{localRank % cuda.device_count()}"),
        string name => DeviceOf(name),
    };

    /// <summary>The number type of tensors.</summary>
    /// <param name="model">The model that is loaded, which decides where the settings leave it open.</param>
    public static ScalarType TypeOf(ModelSettings settings, ModelConfig model) => TypeOf(settings) ?? model.ComputeType;

    /// <summary>The name of a number type in the settings.</summary>
    public static string NameOf(ScalarType type) => type == ScalarType.BFloat16 ? "bf16" : "fp32";

    /// <summary>Which number type a loaded model has where the settings leave it open; null where they do not.</summary>
    public static string? NoticeOfType(VisionLanguageModel model, ModelSettings settings) => TypeOf(settings) is null
        ? $"the model is computed in {NameOf(model.Network.Parameters.Type)}, as its checkpoint says (model.dtype: auto)"
        : null;

    /// <summary>The adapter to train; null if the weights themselves are trained.</summary>
    public static LoraSettings? AdapterOf(ModelSettings settings) => settings.LoraRank == 0
        ? null
        : new LoraSettings(
            settings.LoraRank,
            settings.LoraAlpha,
            settings.LoraTargets.Split(' '),
            settings.LoraDropout,
            settings.TrainVision);

    // name: cuda or cuda:N
    private static Device DeviceOf(string name)
    {
        IReadOnlyList<CudaObstacle> obstacles = CudaObstacle.Find();
        if (obstacles.Count > 0)
        {
            throw new BadInputException(
                $"model.device is {name}, but {string.Join("; ", obstacles.Select(obstacle => obstacle.Reason))}; "
                + "retrace doctor says how to mend it.");
        }
        var device = new Device(name);
        return device.index < cuda.device_count()
            ? device
            : throw new BadInputException(
                $"model.device is {name}, but there are {cuda.device_count()} CUDA devices, counted from cuda:0.");
    }

    /// <summary>Finds libtorch, and sets how many threads it takes for what the calling thread asks of it.</summary>
    /// <exception cref="BadInputException">There is no libtorch that can be used.</exception>
    internal static void Prepare(RunConfiguration configuration)
    {
        LibTorch.Prepare();
        if (configuration.Threads is int threads)
        {
            set_num_threads(threads);
        }
    }

    /// <summary>Loads a model as its folder recommends: see <see cref="ConfigurationLayers.Resolve"/>.</summary>
    /// <exception cref="BadInputException">The folder cannot be used.</exception>
    public static VisionLanguageModel LoadModel(string directory) =>
        LoadModel(directory, ConfigurationLayers.Resolve(directory, file: null, overrides: []));

    /// <summary>Loads a model as a configuration asks for it: type, device, largest image and threads.</summary>
    /// <param name="localRank">As in <see cref="DeviceOf(ModelSettings, int)"/>.</param>
    /// <exception cref="BadInputException">The device is not there, or the folder cannot be used.</exception>
    public static VisionLanguageModel LoadModel(string directory, RunConfiguration configuration, int localRank = 0)
    {
        Prepare(configuration);
        return VisionLanguageModel.Load(
            directory, TypeOf(configuration.Model), DeviceOf(configuration.Model, localRank), configuration.Model.MaxPixels);
    }

    private static ScalarType? TypeOf(ModelSettings settings) => settings.Dtype switch
    {
        "bf16" => ScalarType.BFloat16,
        "fp32" => ScalarType.Float32,
        _ => null,
    };
}
