using Retrace.Files;
using Retrace.Models;
using Retrace.Models.Network;
using Retrace.Serving.Requests;

namespace Retrace.Serving.Sampling;

/// <summary>The served model and its adapters. Only the worker's thread changes or uses them.</summary>
/// <param name="name">The name by which requests ask for the model without an adapter.</param>
/// <param name="model">The model to serve; disposed together with this object.</param>
/// <param name="load">Loads another model of the same architecture from a folder.</param>
/// <param name="updatesFolder">
/// Adapters and weights may be loaded only from below this folder; null: from nowhere.
/// </param>
internal sealed class ServedModels(
    string name, VisionLanguageModel model, Func<string, VisionLanguageModel> load, string? updatesFolder) : IDisposable
{
    private readonly Dictionary<string, VisionLanguageModel> _adapted = [];
    private VisionLanguageModel _model = model;
    private volatile IReadOnlyList<string> _names = [name];

    /// <summary>The label of the weights; at first "default", as in SGLang.</summary>
    public string Version { get; private set; } = "default";

    /// <summary>The names that requests may ask for. Any thread may read it.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <exception cref="ApiException">There is no such model.</exception>
    public VisionLanguageModel Find(string wanted) => wanted == name
        ? _model
        : _adapted.TryGetValue(wanted, out VisionLanguageModel? adapted)
            ? adapted
            : throw ApiException.NotFound($"The model `{wanted}` does not exist.");

    /// <summary>Loads an adapter in addition to the others.</summary>
    /// <exception cref="ApiException">The folder may not be loaded, or the name is taken.</exception>
    /// <exception cref="BadInputException">The folder holds no adapter of this model.</exception>
    public void LoadAdapter(string adapter, string folder)
    {
        CheckAllowed(folder);
        if (Names.Contains(adapter))
        {
            throw ApiException.BadRequest($"The lora adapter '{adapter}' has already been loaded.");
        }
        _adapted.Add(adapter, _model.WithAdapter(folder));
        _names = [name, .. _adapted.Keys];
    }

    /// <exception cref="ApiException">There is no such adapter.</exception>
    public void UnloadAdapter(string adapter)
    {
        if (!_adapted.Remove(adapter, out VisionLanguageModel? adapted))
        {
            throw ApiException.NotFound($"The lora adapter '{adapter}' cannot be found.");
        }
        adapted.Dispose();
        _names = [name, .. _adapted.Keys];
    }

    /// <summary>Replaces the weights and unloads all adapters, which were made for the old weights.</summary>
    /// <exception cref="ApiException">The folder may not be loaded.</exception>
    /// <exception cref="BadInputException">The folder holds no such model.</exception>
    public void UpdateWeights(string folder, string? version)
    {
        CheckAllowed(folder);
        VisionLanguageModel updated = load(folder);
        // Lists compare by reference.
        TextConfig served = _model.Network.Config.Text;
        TextConfig loaded = updated.Network.Config.Text with { RopeAxes = served.RopeAxes };
        if (loaded.Experts is { } own && served.Experts is { } theirs && own.Layers.SequenceEqual(theirs.Layers))
        {
            loaded = loaded with { Experts = own with { Layers = theirs.Layers } };
        }
        if (loaded != served)
        {
            updated.Dispose();
            throw ApiException.BadRequest($"The model in {folder} has other sizes than the one that is served.");
        }
        foreach (VisionLanguageModel adapted in _adapted.Values)
        {
            adapted.Dispose();
        }
        _adapted.Clear();
        _model.Dispose();
        _model = updated;
        _names = [name];
        Version = version ?? "default";
    }

    public void Dispose()
    {
        foreach (VisionLanguageModel adapted in _adapted.Values)
        {
            adapted.Dispose();
        }
        _model.Dispose();
    }

    private void CheckAllowed(string folder)
    {
        if (updatesFolder is null)
        {
            throw new ApiException(
                403, "permission_error", "This server loads nothing; --updates-from would name a folder for that.");
        }
        if (folder.Contains('\0') || !RealPath.IsWithin(updatesFolder, folder))
        {
            throw new ApiException(
                403, "permission_error", "The folder does not lie below that of --updates-from.");
        }
    }
}
