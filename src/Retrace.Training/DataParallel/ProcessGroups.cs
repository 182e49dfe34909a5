namespace Retrace.Training.DataParallel;

/// <summary>Finds out which processes this one trains with.</summary>
public static class ProcessGroups
{
    // Set by mpirun, and by Slurm's srun --mpi=pmix, for each process that they start.
    private static readonly string[] MarksOfALauncher = ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK"];

    /// <summary>Joins the processes that were started together with this one by MPI; else it is alone.</summary>
    /// <exception cref="BadInputException">It was started by MPI, whose library is not there.</exception>
    public static IProcessGroup Join() =>
        MarksOfALauncher.Any(name => Environment.GetEnvironmentVariable(name) is not null)
            ? new MpiProcessGroup()
            : new SingleProcess();
}
