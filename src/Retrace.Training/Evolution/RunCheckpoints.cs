using System.Text.Json;
using System.Text.Json.Serialization;
using Retrace.Files;
using Retrace.Models;
using Retrace.Models.Checkpoints;
using Retrace.Runs;
using Retrace.Training.Guarding;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Evolution;

/// <summary>
/// The checkpoints of a run: <c>checkpoints/step-N/</c>, each a model folder in the hub's layout, or an adapter in
/// PEFT's, with the optimizer's state in <c>trainer/</c> and checksums of all files. A checkpoint gets its final
/// name only once it is complete.
/// </summary>
/// <param name="runDirectory">The run's folder.</param>
/// <param name="keep">Number of latest checkpoints to keep.</param>
internal sealed class RunCheckpoints(string runDirectory, int keep)
{
    private const string Prefix = "step-";
    private const string Unfinished = ".unfinished";
    private const string SetAsideAs = ".damaged";
    private const string Unusable = ".unusable";
    private const string TrainerFolder = "trainer";
    private const string OptimizerFile = "optimizer.safetensors";
    private const string StateFile = "state.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter<GuardVerdict>(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly string _directory = Path.Combine(runDirectory, RunFolder.Checkpoints);

    /// <summary>The steps of all complete checkpoints.</summary>
    public IEnumerable<int> Steps => !Directory.Exists(_directory)
        ? []
        : Directory.EnumerateDirectories(_directory, Prefix + "*")
            .Select(path => int.TryParse(Path.GetFileName(path)[Prefix.Length..], out int step) ? step : -1)
            .Where(step => step >= 0);

    /// <summary>The step of the latest complete checkpoint; null if there is none.</summary>
    public int? LatestStep => Steps.Select(step => (int?)step).Max();

    public bool Exists(int step) => Directory.Exists(DirectoryOf(step));

    public string DirectoryOf(int step) => Path.Combine(_directory, $"{Prefix}{step}");

    /// <summary>
    /// The latest checkpoint whose files are all as they were written, and what is wrong with those after it. What a
    /// run does after a checkpoint follows from it, so going back to an earlier one costs time alone.
    /// </summary>
    /// <returns>The step is null if there is no checkpoint at all.</returns>
    /// <exception cref="BadInputException">There are checkpoints, but all are damaged.</exception>
    public (int? Step, IReadOnlyList<DamagedCheckpoint> Damaged) FindIntact()
    {
        List<DamagedCheckpoint> damaged = [];
        foreach (int step in Steps.OrderDescending())
        {
            if (Checksums.FindDamage(DirectoryOf(step)) is not string damage)
            {
                return (step, damaged);
            }
            damaged.Add(new DamagedCheckpoint(step, damage, DirectoryOf(step) + SetAsideAs));
        }
        return damaged is [DamagedCheckpoint latest, ..]
            ? throw new BadInputException(
                $"{latest.Damage}, and there is no intact checkpoint before it in {_directory}; put an intact copy there, or "
                + "remove the folder to begin anew.")
            : (null, []);
    }

    /// <summary>Renames a damaged checkpoint, so that the run can write that step's checkpoint again.</summary>
    public void SetAside(DamagedCheckpoint damaged) => Rename(DirectoryOf(damaged.Step), damaged.KeptAs);

    /// <summary>Renames the latest checkpoint, which is whole, but of weights that lead nowhere.</summary>
    /// <returns>The folder that it is kept in.</returns>
    public string SetLatestAside()
    {
        string directory = DirectoryOf(LatestStep!.Value);
        Rename(directory, directory + Unusable);
        return directory + Unusable;
    }

    /// <summary>Writes a checkpoint under a temporary name, renames it, and removes those beyond the number to keep.</summary>
    /// <param name="more">Further tensors to store with the optimizer's, under names that it does not use.</param>
    /// <param name="guard">
    /// The run's guard: its state is stored, and what it may go back to stays. Null without one.
    /// </param>
    /// <exception cref="IOException">The checkpoint cannot be written; earlier ones are unchanged.</exception>
    public void Save(
        int step,
        VisionLanguageModel model,
        AdamW optimizer,
        IEnumerable<(string Name, Tensor Tensor)>? more = null,
        RunGuard? guard = null) => Save(
            step,
            model,
            optimizer.Step,
            guard,
            [.. optimizer.State.Concat(more ?? []).Select(state => StoredTensor.Of(state.Name, state.Tensor))]);

    /// <summary>Writes a checkpoint whose tensors are loaded one after another as they are written.</summary>
    /// <param name="optimizerStep">Number of optimizer updates made so far.</param>
    /// <param name="guard">The run's guard, as above.</param>
    /// <param name="state">The optimizer's state.</param>
    public void Save(
        int step, VisionLanguageModel model, int optimizerStep, RunGuard? guard, IReadOnlyList<StoredTensor> state) =>
        Save(
            step,
            directory =>
            {
                model.Save(directory);
                string trainer = Path.Combine(directory, TrainerFolder);
                Directory.CreateDirectory(trainer);
                SafetensorsWriter.Write(Path.Combine(trainer, OptimizerFile), state);
                TrainerState written = new(step, optimizerStep) { Guard = guard?.State };
                File.WriteAllBytes(
                    Path.Combine(trainer, StateFile), JsonSerializer.SerializeToUtf8Bytes(written, Json));
            },
            guard?.Kept);

    /// <summary>Writes a checkpoint of any files.</summary>
    /// <param name="writeFiles">Writes the files into the given folder.</param>
    /// <param name="kept">The step of a checkpoint that stays however old it is; null: only the latest stay.</param>
    public void Save(int step, Action<string> writeFiles, int? kept = null)
    {
        if (Exists(step))
        {
            return; // It depends on the steps taken only, so it would be the same.
        }
        string temporary = DirectoryOf(step) + Unfinished;
        try
        {
            Remove(temporary); // Left by a process that was killed.
            writeFiles(temporary);
            Checksums.Write(temporary);
            Directory.Move(temporary, DirectoryOf(step));
            DirectoryFlush.ToDisk(_directory);
            DirectoryFlush.ToDisk(Path.GetDirectoryName(_directory)!); // The first checkpoint has created the folder.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or BadInputException)
        {
            RemoveIfPossible(temporary); // Frees the space on a full disk.
            throw new IOException($"The checkpoint of step {step} cannot be written: {error.Message}", error);
        }
        RemoveSuperfluous(kept);
    }

    /// <summary>
    /// Removes those beyond the number to keep, and unfinished ones. Saving one does so; a process that was killed in
    /// between has left them.
    /// </summary>
    /// <param name="kept">The step of a checkpoint that stays however old it is; null: only the latest stay.</param>
    public void RemoveSuperfluous(int? kept)
    {
        foreach (int step in Steps.OrderDescending().Skip(keep).Where(step => step != kept))
        {
            // Renamed first, so that a killed process leaves nothing that looks complete.
            string leaving = DirectoryOf(step) + Unfinished;
            Directory.Move(DirectoryOf(step), leaving);
            Directory.Delete(leaving, recursive: true);
        }
        if (Directory.Exists(_directory))
        {
            foreach (string rest in Directory.EnumerateDirectories(_directory, Prefix + "*" + Unfinished))
            {
                Directory.Delete(rest, recursive: true);
            }
        }
    }

    /// <summary>Restores the optimizer's state. The weights are loaded from the same folder as a model.</summary>
    /// <returns>What the guard knew; null where the checkpoint does not say.</returns>
    /// <exception cref="BadInputException">The checkpoint is damaged.</exception>
    public GuardState? Restore(int step, AdamW optimizer, IEnumerable<(string Name, Tensor Tensor)>? more = null)
    {
        string trainer = Path.Combine(DirectoryOf(step), TrainerFolder);
        string statePath = Path.Combine(trainer, StateFile);
        TrainerState state;
        try
        {
            state = JsonSerializer.Deserialize<TrainerState>(File.ReadAllBytes(statePath), Json)
                ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The trainer's state {statePath} cannot be read: {error.Message}", error);
        }
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(trainer, OptimizerFile));
        using var noGrad = no_grad();
        foreach ((string name, long first, Tensor tensor) in optimizer.StateOfParts)
        {
            file.CopyTo(name, first, tensor.view(-1));
        }
        foreach ((string name, Tensor tensor) in more ?? [])
        {
            file.CopyTo(name, tensor);
        }
        optimizer.ResumeAt(state.OptimizerStep);
        return state.Guard;
    }

    /// <summary>Removes all checkpoints.</summary>
    public void Delete() => Directory.Delete(_directory, recursive: true);

    private static void Rename(string directory, string keptAs)
    {
        Remove(keptAs);
        Directory.Move(directory, keptAs);
    }

    private static void Remove(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void RemoveIfPossible(string directory)
    {
        try
        {
            Remove(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Removal is tried again with the next checkpoint.
        }
    }

    private sealed record TrainerState(int Step, int OptimizerStep)
    {
        public GuardState? Guard { get; init; }
    }
}

/// <summary>A checkpoint whose files are missing or changed.</summary>
/// <param name="Step">The step of the checkpoint.</param>
/// <param name="Damage">What is wrong: a clause that names the file.</param>
/// <param name="KeptAs">The folder that the checkpoint is moved to.</param>
public sealed record DamagedCheckpoint(int Step, string Damage, string KeptAs);
